// The drawing of the service in the page: its colours as a style sheet of the page's own, its links by what they lead to.

/** An SVG text as an element. What it says is never markup of the page: it is read as XML and has no scripts to run. */
export function readPicture(text: string): SVGSVGElement {
  const [, rules = ''] = STYLE.exec(text) ?? [];
  const root = new DOMParser().parseFromString(text.replace(STYLE, ''), 'image/svg+xml').documentElement;
  if (!(root instanceof SVGSVGElement)) throw new Error('no picture');
  adopt(rules);
  for (const script of root.querySelectorAll('script, foreignObject')) script.remove();
  for (const link of root.querySelectorAll('a')) link.setAttributeNS(XLINK, 'xlink:href', targetOf(link).replace(ABOVE, './'));
  return document.importNode(root, true);
}

const XLINK = 'http://www.w3.org/1999/xlink';
/** How a picture names the root of the service, from where it is served. */
const ABOVE = /^(\.\.\/)+/;
const STYLE = /<style>([^<&]*)<\/style>/;
let adopted = '';

/** The page's policy lets no style stand in the page; one that a script makes is the script's own. */
function adopt(rules: string): void {
  if (rules === adopted) return;
  adopted = rules;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets = [sheet];
}


/** Where a link of a picture leads, or nothing. */
export function targetOf(link: Element | null | undefined): string {
  return link?.getAttributeNS(XLINK, 'href') ?? '';
}

/** The links of a picture, of a box or of the whole. */
export function targetsIn(part: Element | null | undefined): string[] {
  return [...new Set([...(part?.querySelectorAll('a') ?? [])].map(targetOf).filter(Boolean))];
}

/** The link in a picture that leads to the same place as one that was there before. */
export function sameLink(picture: Element, target: string): SVGElement | undefined {
  return [...picture.querySelectorAll<SVGElement>('a')].find((link) => targetOf(link) === target);
}
