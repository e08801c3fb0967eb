/**
 * Text of a file, a model or a server on one line of a terminal: white space, control characters and marks that order
 * other characters anew become spaces. Joiners stay: letters and emoji take their form from them.
 */
export function printable(text: string): string {
  return text.replace(/(?:\s|(?![\u200c\u200d])\p{C})+/gu, " ");
}
