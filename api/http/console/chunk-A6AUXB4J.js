<<<<<<<< HEAD:api/http/console/chunk-A6AUXB4J.js
import{x as e,y as s}from"./chunk-WPTSATZ6.js";var f=new Map;function l(n,r){let[t,u]=e(f.get(n)),[a,o]=e(!1),d=()=>{o(!1),r().then(i=>{f.set(n,i),u(()=>i)},()=>o(!0))};return s(()=>{t===void 0&&d()},[]),{found:t,failed:a,retry:d}}export{l as a};
========
import{B as e,C as s}from"./chunk-AUR7YB5I.js";var f=new Map;function l(n,r){let[t,u]=e(f.get(n)),[a,o]=e(!1),d=()=>{o(!1),r().then(i=>{f.set(n,i),u(()=>i)},()=>o(!0))};return s(()=>{t===void 0&&d()},[]),{found:t,failed:a,retry:d}}export{l as a};
>>>>>>>> ecec0289 (The console and the interview ask for dates):api/http/console/chunk-2CQCIXZI.js
