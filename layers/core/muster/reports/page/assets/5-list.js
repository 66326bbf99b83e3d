const PAGE = 50, ROWS = 25, MORE = 100, OPEN = 30, LONG = 6000;
let open = -1; // the finding whose details are shown

function marked(text) {
  const words = state.q.split(/\s+/).filter(word => word.length > 1).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (!words.length) return shown(text);
  return make('bdi', {}, visible(text).split(new RegExp(`(${words.join('|')})`, 'gi')).map((piece, n) => n % 2 ? make('mark', {}, piece) : piece));
}
const tag = i => F.s[i] ? make('span', { class: 'tag' + ['', '', ' late', ' late', ' quiet', ' unread'][F.s[i]] }, TAGS[F.s[i]]) : null;
const called = r => [make('span', { class: 'name' }, marked(nameIn(r))), R.name[r] && !R.id[r].includes(R.name[r]) ? [' ', make('code', { class: 'faint' }, marked(R.id[r]))] : null];

function row(i, same) {
  const r = resourceOf[i], byCheck = state.by === 'check', reason = D.M[F.m[i]];
  return make('a', { class: 'row', href: hashOf({ f: anchor(i) }), 'data-finding': i, 'aria-current': i === open ? 'true' : null },
    make('span', {}, strokes(severityOf[i])),
    make('span', { class: 'main' }, byCheck ? called(r) : marked(reason),
      make('span', { class: 'sub' }, byCheck ? [shown(placeOf(r, false)), same ? null : [' · ', marked(reason)]] : make('code', {}, marked(checkName(i))))),
    make('span', { class: 'age' }, tag(i), F.s[i] ? ' ' : '', ageOf(i)));
}

function fill(g, box) {
  const rows = view.rows(g), byCheck = state.by === 'check', same = rows.every(i => F.m[i] === F.m[rows[0]]);
  if (byCheck && rows.length > 1) {
    const { text, places, commands } = job(rows);
    if (text) box.append(make('div', { class: 'job' },
      make('div', {}, make('span', {}, make('b', {}, `${counted(rows.length, 'finding')}, one job`), places > 1 ? ` in ${number(places)} accounts and regions` : '',
        same ? [': ', shown(D.M[F.m[rows[0]]])] : null), copier(text, commands ? `Copy for all ${number(rows.length)}` : 'Copy', { 'data-fix': true })),
      make('pre', { tabindex: 0, role: 'region', 'aria-label': 'Commands for ' + D.C[g][0] }, text.length > LONG ? text.slice(0, LONG) + '\n… the button copies the rest too' : text)));
  }
  let done = 0;
  const more = make('button', { class: 'more', type: 'button', click() { add(MORE).focus() } });
  const add = count => {
    const made = rows.slice(done, done + count).map(i => row(i, byCheck && same));
    done += made.length;
    more.before(...made);
    more.textContent = `Show ${number(Math.min(MORE, rows.length - done))} more of ${number(rows.length)}`;
    if (done >= rows.length) more.remove();
    return made[0];
  };
  box.append(more);
  add(ROWS);
}

function group(g, isOpen) {
  const byCheck = state.by === 'check', counts = view.severities(g), size = view.size(g), box = make('div', { class: 'rows' });
  const what = state.chosen[1].size ? 'finding' : 'failure';
  const element = make('details', { class: 'group', 'data-group': g, open: isOpen, toggle() { if (element.open && !box.firstChild) fill(g, box) } },
    make('summary', {}, make('span', {}, strokes(counts.findIndex(Boolean))),
      make('span', { class: 'main' }, byCheck ? make('span', { class: 'name' }, marked(D.C[g][1])) : called(g),
        make('span', { class: 'sub' }, byCheck ? make('code', {}, marked(D.C[g][0])) : marked(placeOf(g)))),
      make('span', { class: 'count' }, view.fresh[g] ? [make('span', { class: 'tag' }, `${number(view.fresh[g])} NEW`), ' '] : null, counted(size, what),
        byCheck ? null : make('span', { class: 'sub' }, [...counts].map((n, s) => n ? [strokes(s, number(n)), make('span', { class: 'hidden' }, ` ${SEVERITIES[s]} `)] : null)))), box);
  if (isOpen) fill(g, box);
  return element;
}

function draw() {
  compute();
  const { groups, findings, news } = view, pages = Math.max(1, Math.ceil(groups.length / PAGE)), list = $('#list');
  const inside = list.contains(document.activeElement), word = state.by === 'check' ? 'check' : 'resource';
  state.p = Math.min(state.p, pages);
  const from = (state.p - 1) * PAGE, page = groups.slice(from, from + PAGE), few = findings <= OPEN || groups.length === 1;
  list.replaceChildren(...page.map(g => group(g, few || g === groupOf(open))));
  if (!page.length) list.append(make('p', { class: 'empty' }, 'Nothing matches. ', make('button', { type: 'button', click: clear }, 'Clear all filters')));
  const turn = (step, text) => make('button', { type: 'button', disabled: state.p + step < 1 || state.p + step > pages, click() { go({ p: state.p + step }); top() } }, text);
  $('#pager').replaceChildren(...pages > 1 ? [turn(-1, '← Previous'), make('span', {}, `${number(from + 1)}–${number(from + page.length)} of ${counted(groups.length, word)}`), turn(1, 'Next →')] : []);
  $('#count').textContent = `${counted(findings, state.chosen[1].size ? 'finding' : 'failure')} ${word === 'check' ? 'of' : 'on'} ${counted(groups.length, word)}`
    + (news ? `, ${number(news)} new` : '') + (pages > 1 ? `; showing ${counted(page.length, word)}` : '');
  const chips = filters.flatMap(({ title, labels }, d) => [...state.chosen[d]].map(code => make('button', {
    class: 'chip', type: 'button', 'aria-label': visible(`Remove the filter ${title} ${labels[code]}`),
    click() { toggle(d, code); ($('#chips button') ?? $('#q')).focus() } }, visible(`${title}: ${labels[code]} ×`))));
  if (chips.length || state.q) chips.push(make('button', { class: 'plain', type: 'button', click: clear }, 'Clear'));
  $('#chips').replaceChildren(...chips);
  facets();
  for (const button of document.querySelectorAll('[data-by]')) button.setAttribute('aria-pressed', button.dataset.by === state.by);
  $('#sort').value = state.sort;
  if ($('#q').value.trim() !== state.q) $('#q').value = state.q;
  if (inside) $('summary', list)?.focus();
}
const groupOf = i => i < 0 ? -1 : state.by === 'check' ? checkOf[i] : resourceOf[i];
const top = () => { $('#all').scrollIntoView(); $('#list summary')?.focus({ preventScroll: true }) };

// Each change of a filter is a step that the browser's Back undoes; typing is one step.
function go(changes, typing) {
  state = { ...state, p: 1, ...changes };
  draw();
  history[typing ? 'replaceState' : 'pushState'](null, '', hashOf());
}
function toggle(d, code) {
  const chosen = state.chosen.map(each => new Set(each));
  if (!chosen[d].delete(code)) chosen[d].add(code);
  go({ chosen });
}
function clear() {
  go({ q: '', chosen: filters.map(() => new Set()) });
  $('#q').focus();
}

// The boxes of the filters. A box that has the focus stays where it is.
const SHOWN = 10, MOST = 250;
let sets;
function facets() {
  sets ??= filters.map(({ title, labels, words, values }, d) => {
    const box = make('div', {}), order = [...words.keys()], boxes = new Map(), sizes = new Uint32Array(words.length);
    values?.forEach(code => sizes[code]++);
    if (d > 1) order.sort((a, b) => sizes[b] - sizes[a]);
    const all = make('button', { class: 'plain', type: 'button', click() { set.most = set.most > SHOWN ? SHOWN : MOST; facets() } });
    if (words.length) $('#facets').append(make('fieldset', {}, make('legend', {}, title), box, all));
    const set = { box, all, order, boxes, most: SHOWN, label(code) {
      if (!boxes.has(code)) {
        const input = make('input', { type: 'checkbox', change: () => toggle(d, code) }), n = make('span', {});
        boxes.set(code, { input, n, label: make('label', { title: d > 1 ? visible(labels[code]) : null }, input, d ? shown(labels[code]) : strokes(code), n) });
      }
      return boxes.get(code);
    } };
    return set;
  });
  sets.forEach((set, d) => {
    const counts = view.counts[d], chosen = state.chosen[d];
    const alive = set.order.filter(code => counts[code] || chosen.has(code) || d < 1 && code < 4 || d === 1 && D.previous);
    const codes = d < 2 ? alive : alive.filter((code, place) => place < set.most || chosen.has(code));
    const labels = codes.map(code => {
      const { input, n, label } = set.label(code);
      input.checked = chosen.has(code);
      n.textContent = number(counts[code]);
      label.classList.toggle('none', !counts[code]);
      return label;
    });
    if (!set.box.contains(document.activeElement)) set.box.replaceChildren(...labels);
    else labels.forEach(label => label.isConnected || set.box.append(label));
    set.all.hidden = d < 2 || alive.length <= SHOWN;
    set.all.textContent = set.most > SHOWN ? 'Show fewer' : `Show ${number(Math.min(MOST, alive.length) - SHOWN)} more`;
  });
  const on = state.chosen.reduce((sum, chosen) => sum + chosen.size, 0);
  $('#facets summary').textContent = on ? `Filters (${on})` : 'Filters';
}
