/**
 * White space as Python's `str.strip` sees it. JavaScript's `trim` differs: it takes U+FEFF and leaves U+001C to
 * U+001F and U+0085, so the same generated text would give other words than the paper's evaluator.
 */
function isSpace(unit: number): boolean {
  if (unit <= 0x20) return (unit >= 0x09 && unit <= 0x0d) || unit >= 0x1c;
  if (unit < 0x85) return false;
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** The text without white space at its two ends, as Python's `str.strip` gives it. */
export function strip(text: string): string {
  return stripRange(text, 0, text.length);
}

/** Whether `strip` would leave a text as it is. */
export function isBounded(text: string): boolean {
  return text === "" || !(isSpace(text.charCodeAt(0)) || isSpace(text.charCodeAt(text.length - 1)));
}

/** `strip(text.slice(start, end))`, cut once. */
export function stripRange(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}
