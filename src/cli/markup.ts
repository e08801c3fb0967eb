/**
 * Characters that XML cannot hold, escaped or not, and those that order other characters anew. Letters of any direction
 * stay, and so do the joiners that they take their form from.
 */
const unspeakable = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e\u2066-\u2069]/gu;

/** A text of others for a page, before any escaping: it is hostile until shown otherwise. */
export function speakable(text: string): string {
  return text.replace(unspeakable, "\ufffd");
}

/** Text for elements and quoted attributes of HTML and XML. */
export function escapeMarkup(text: string): string {
  return speakable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
