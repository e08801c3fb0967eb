/** The style of the page: light or dark as the reader has it, one column on a phone. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1d1d20; --quiet: #5f5f68; --line: #dedee3; --bar: #3565b0; --pale: #a9c1e6; --mark: #ffe08a; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161619; --ink: #ececef; --quiet: #a3a3ad; --line: #37373d; --bar: #7ba6ea; --pale: #3f5a88; --mark: #6b5410; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 64rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.quiet { color: var(--quiet); font-size: .875rem; margin: .25rem 0; }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.counts div { border-left: 3px solid var(--bar); padding-left: .6rem; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
dt + dd { font-size: 1.25rem; }
dd.quiet { margin: 0; }
figure { margin: 1rem 0 2rem; display: grid; gap: .5rem 2rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
figcaption { font-weight: 600; }
.plot svg { display: block; width: 100%; max-width: 36rem; height: auto; }
.numbers { max-height: 34rem; overflow: auto; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--line); text-align: start; font-weight: normal; vertical-align: top; }
thead th { color: var(--quiet); }
.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
summary { cursor: pointer; margin: .5rem 0; }
section > details > summary { font-weight: 600; }
.rows { list-style: none; margin: 0 0 1.5rem; padding: 0; }
.rows li { padding: .5rem 0; border-bottom: 1px solid var(--line); }
.rows p { margin: 0; }
.place > bdi { font-weight: 600; }
.place { margin-inline-end: .5rem; }
blockquote { margin: .25rem 0 0; color: var(--quiet); font-size: .9375rem; }
mark { background: var(--mark); color: var(--ink); border-radius: .2em; padding: 0 .1em; }
@media (min-width: 48rem) {
  .figures { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; }
  figure:has(> .numbers) { grid-template-columns: minmax(0, 34rem) minmax(0, 1fr); }
  figure:has(> .numbers) figcaption { grid-column: 1 / -1; }
}
`;
