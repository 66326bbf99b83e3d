const PAGE = 50, ROWS = 25, MORE = 100, OPEN = 30, LONG = 6000;
let open = -1; // the finding whose details are shown

function marked(text) {
  const words = state.q.split(/\s+/).filter(word => word.length > 1).map(word => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (!words.length) return shown(text);
  return h('bdi', visible(text).split(new RegExp(`(${words.join('|')})`, 'gi')).map((piece, n) => n % 2 ? h('mark', piece) : piece));
}
const tag = i => F.s[i] > 0 && h('span.tag.' + [, 'fresh', 'late', 'late', 'quiet', 'unread'][F.s[i]], TAGS[F.s[i]]);
const called = r => [h('span.name', marked(nameIn(r))), R.name[r] && !R.id[r].includes(R.name[r]) && [' ', h('code.faint', marked(R.id[r]))]];

function row(i, same) {
  const r = resourceOf[i], byCheck = grouped(), reason = D.M[F.m[i]];
  return h('a.row', { href: hashOf({ f: anchor(i) }), 'data-finding': i, 'aria-current': i === open && 'true' },
    strokes(severityOf[i]),
    h('span.main', byCheck ? called(r) : marked(reason),
      h('span.sub', byCheck ? [shown(placeOf(r, false)), !same && [' · ', marked(reason)]] : h('code', marked(checkName(i))))),
    h('span.age', tag(i), F.s[i] ? ' ' : '', ageOf(i)));
}

function fill(g, box) {
  const rows = view.rows(g), byCheck = grouped(), same = rows.every(i => F.m[i] === F.m[rows[0]]);
  if (byCheck && rows.length > 1) {
    const { text, places, commands } = job(rows);
    if (text) box.append(h('div.job',
      h('div', h('span', h('b', `${counted(rows.length, 'finding')}, one job`), places > 1 ? ` in ${number(places)} accounts and regions` : '',
        same && [': ', shown(D.M[F.m[rows[0]]])]), copier(text, commands ? `Copy for all ${number(rows.length)}` : 'Copy', { 'data-fix': true })),
      code('Commands for ' + D.C[g][0], text.length > LONG ? text.slice(0, LONG) + '\n… the button copies the rest too' : text)));
  }
  let done = 0;
  const more = h('button.more', { click() { add(MORE).focus() } });
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
  const byCheck = grouped(), counts = view.severities(g), size = view.size(g), box = h('div.rows');
  const what = state.chosen[1].size ? 'finding' : 'failure';
  const element = h('details.group', { 'data-group': g, open: isOpen, toggle() { if (element.open && !box.firstChild) fill(g, box) } },
    h('summary', strokes(counts.findIndex(Boolean)),
      h('span.main', byCheck ? h('span.name', marked(D.C[g][1])) : called(g),
        h('span.sub', byCheck ? h('code', marked(D.C[g][0])) : marked(placeOf(g)))),
      h('span.count', view.fresh[g] > 0 && [h('span.tag', `${number(view.fresh[g])} NEW`), ' '], counted(size, what),
        !byCheck && h('span.sub', [...counts].map((n, s) => n > 0 && [strokes(s, number(n)), h('span.hidden', ` ${SEVERITIES[s]} `)])))), box);
  if (isOpen) fill(g, box);
  return element;
}

// Accounts and regions are no resources in the counts of a scan.
function places(groups, word) {
  const others = word === 'check' ? 0 : groups.filter(r => D.T[R.t[r]][0].startsWith('AWS::::')).length;
  const rest = others === 1 ? '1 account or region' : `${number(others)} accounts or regions`;
  return [groups.length > others || !others ? counted(groups.length - others, word) : '', others ? rest : ''].filter(Boolean).join(' and ');
}

function draw() {
  compute();
  const { groups, findings, news } = view, pages = Math.max(1, Math.ceil(groups.length / PAGE)), list = $('#list');
  const inside = list.contains(document.activeElement), word = state.by;
  state.p = Math.min(state.p, pages);
  const from = (state.p - 1) * PAGE, page = groups.slice(from, from + PAGE), few = findings <= OPEN || groups.length === 1;
  list.replaceChildren(...page.map(g => group(g, few || g === groupOf(open))));
  if (!page.length) list.append(h('p.empty', 'Nothing matches. ', h('button', { click: clear }, 'Clear all filters')));
  const turn = (step, text) => h('button', { disabled: state.p + step < 1 || state.p + step > pages, click() { go({ p: state.p + step }); top() } }, text);
  $('#pager').replaceChildren(...pages > 1 ? [turn(-1, '← Previous'), h('span', `${number(from + 1)}–${number(from + page.length)} of ${counted(groups.length, word)}`), turn(1, 'Next →')] : []);
  $('#count').textContent = `${counted(findings, state.chosen[1].size ? 'finding' : 'failure')} ${word === 'check' ? 'of' : 'on'} ${places(groups, word)}`
    + (news ? `, ${number(news)} new` : '') + (pages > 1 ? `; showing ${counted(page.length, word)}` : '');
  const chips = filters.flatMap(({ title, labels }, d) => [...state.chosen[d]].map(code => h('button.chip', {
    'aria-label': visible(`Remove the filter ${title} ${labels[code]}`),
    click() { toggle(d, code); ($('#chips button') ?? $('#q')).focus() } }, visible(`${title}: ${labels[code]} ×`))));
  if (chips.length || state.q) chips.push(h('button.plain', { click: clear }, 'Clear'));
  $('#chips').replaceChildren(...chips);
  facets();
  all('[data-by]').forEach(button => button.setAttribute('aria-pressed', button.dataset.by === state.by));
  $('#sort').value = state.sort;
  if ($('#q').value.trim() !== state.q) $('#q').value = state.q;
  if (inside) $('summary', list)?.focus();
}
const grouped = () => state.by === 'check', groupOf = i => i < 0 ? -1 : grouped() ? checkOf[i] : resourceOf[i];
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
    const box = h('div'), order = [...words.keys()], boxes = new Map(), sizes = new Uint32Array(words.length);
    values?.forEach(code => sizes[code]++);
    if (d > 1) order.sort((a, b) => sizes[b] - sizes[a]);
    const every = h('button.plain', { click() { set.most = set.most > SHOWN ? SHOWN : MOST; facets() } });
    if (words.length) $('#facets').append(h('fieldset', h('legend', title), box, every));
    const set = { box, every, order, boxes, most: SHOWN, label(code) {
      if (!boxes.has(code)) {
        const input = h('input', { type: 'checkbox', change: () => toggle(d, code) }), n = h('span');
        boxes.set(code, { input, n, label: h('label', { title: d > 1 ? visible(labels[code]) : null }, input, d ? shown(labels[code]) : strokes(code), n) });
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
    set.every.hidden = d < 2 || alive.length <= SHOWN;
    set.every.textContent = set.most > SHOWN ? 'Show fewer' : `Show ${number(Math.min(MOST, alive.length) - SHOWN)} more`;
  });
  const on = state.chosen.reduce((sum, chosen) => sum + chosen.size, 0);
  $('#facets summary').textContent = on ? `Filters (${on})` : 'Filters';
}
