/** An element of a page. */
export interface PageElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (PageElement | string)[];
}

const token = /<([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|<\/([a-zA-Z][\w-]*)>|[^<]+|</g;
const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/**
 * The root element of a page that is XML but for its doctype. Throws for unbalanced or broken markup, unquoted or
 * repeated attributes, entities other than XML's, and characters that XML does not have.
 */
export function parsePage(page: string): PageElement {
  const body = page.replace(/^<!doctype html>\n/, "");
  const top: PageElement = { name: "", attributes: new Map(), children: [] };
  const open = [top];
  for (const [all, start, attributes = "", isEmpty, end] of body.matchAll(token)) {
    const parent = open.at(-1) ?? top;
    if (all === "<") throw new Error("a < that starts no tag");
    if (start !== undefined) {
      const element = { name: start, attributes: attributesOf(attributes), children: [] };
      parent.children.push(element);
      if (isEmpty === "") open.push(element);
    } else if (end !== undefined) {
      if (parent.name !== end || open.length === 1) throw new Error(`</${end}> closes <${parent.name}>`);
      open.pop();
    } else {
      parent.children.push(plainText(all));
    }
  }
  const [root, ...more] = top.children.filter((child) => typeof child !== "string" || child.trim() !== "");
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  if (root === undefined || typeof root === "string" || more.length > 0) throw new Error("no single root");
  return root;
}

/** All elements of a page, in order. */
export function elementsOf(root: PageElement): PageElement[] {
  return [root, ...root.children.flatMap((child) => (typeof child === "string" ? [] : elementsOf(child)))];
}

/** The text of an element and of all in it. */
export function textOf(root: PageElement): string {
  return root.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}

function attributesOf(markup: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", value = ""] of markup.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (attributes.has(name)) throw new Error(`${name} twice`);
    attributes.set(name, plainText(value));
  }
  return attributes;
}

function plainText(markup: string): string {
  if (
    !markup.isWellFormed() ||
    /(?![\t\n\r])[\p{Cc}\ufffe\uffff]/u.test(markup.replace(/[\u007f-\u009f]/g, ""))
  ) {
    throw new Error("a character that is none of XML's");
  }
  return markup.replace(/&(?:\w+|#\d+);|&/g, (entity) => {
    const character = entities[entity];
    if (character === undefined) throw new Error(`unknown entity ${entity}`);
    return character;
  });
}
