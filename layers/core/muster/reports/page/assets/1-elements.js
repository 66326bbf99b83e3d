// Elements are made of nodes and text alone: no text of the data is ever parsed as HTML.
const $ = (selector, from = document) => from.querySelector(selector), all = selector => [...document.querySelectorAll(selector)];
const root = document.documentElement;
root.classList.add('js');

// h('p.small', { title: 'x' }, child, …): properties may be left out; a function is a listener, and false leaves out.
function h(name, ...children) {
  const [tag, ...classes] = name.split('.'), element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  if (tag === 'button') element.type = tag;
  const properties = children[0]?.constructor === Object ? children.shift() : {};
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(key, value);
    else if (value != null && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter(child => child || child === 0));
  return element;
}
const code = (label, text) => h('pre', { tabindex: 0, role: 'region', 'aria-label': label }, text);

// Control, direction and invisible characters; joiners between letters of other scripts and in emoji stay. As in text.py.
const HIDDEN = /(?<![^\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\x7f])|[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\uffff\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const visible = text => text.replace(HIDDEN, c =>
  c === '\n' ? c : `⟨U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
const shown = text => h('bdi', visible(text));
const number = n => n.toLocaleString('en-US');
const counted = (n, word) => `${number(n)} ${word}${n === 1 ? '' : 's'}`;

function strokes(severity, text = SEVERITIES[severity]) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.append(document.createElementNS(svg.namespaceURI, 'use'));
  svg.firstChild.setAttribute('href', '#t' + severity);
  svg.setAttribute('aria-hidden', 'true');
  return h('span', { class: 'sev s' + severity }, svg, text);
}

let fading;
function say(text) {
  $('#toast').textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => ($('#toast').textContent = ''), 2500);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the permission, or on a page that came by http.
    const before = document.activeElement, area = h('textarea.hidden', { 'aria-label': 'To copy' });
    area.value = text;
    ($('dialog:modal') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    before?.focus();
    if (!done) return say('The browser does not allow copying: select the text');
  }
  say('Copied');
}
const copier = (text, label, more) => h('button', { click: () => copy(text), ...more }, label);

const stored = {
  get(key) { try { return localStorage.getItem('muster-' + key) } catch { return null } },
  set(key, value) { try { localStorage.setItem('muster-' + key, value) } catch { /* a page of a file may store nothing */ } },
};
