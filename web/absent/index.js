// Every browser in which the page runs has `globalThis.crypto`.
module.exports = {};
