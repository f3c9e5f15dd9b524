/**
 * A document for xterm.js under `style-src 'self'`. It makes style elements and style attributes, which that policy refuses; here the
 * elements pass their text to an adopted style sheet and the attributes go through CSSOM, both of which it allows.
 */
export function terminalDocument(): { document: Document; dispose(): void } {
  const sheets: CSSStyleSheet[] = [];
  const createElement = (name: string): HTMLElement => {
    const element = document.createElement(name);
    if (name === 'style') adopt(element, sheets);
    else if (name === 'span') styleThroughCssom(element);
    return element;
  };
  return {
    document: new Proxy(document, {
      get(target, property) {
        if (property === 'createElement') return createElement;
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set: (target, property, value) => Reflect.set(target, property, value, target),
    }),
    dispose() {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
    },
  };
}

function adopt(element: HTMLElement, sheets: CSSStyleSheet[]): void {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', {
    get: () => '',
    set: (text: string) => sheet.replaceSync(text),
  });
  const remove = element.remove.bind(element);
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    remove();
  };
}

function styleThroughCssom(element: HTMLElement): void {
  const setAttribute = element.setAttribute.bind(element);
  element.setAttribute = (name: string, value: string) => {
    if (name === 'style') element.style.cssText = value;
    else setAttribute(name, value);
  };
}
