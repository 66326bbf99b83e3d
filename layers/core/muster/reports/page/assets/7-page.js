let shortcuts = stored.get('keys') !== 'off';

// The list and the details follow the hash; #unread and the like are plain anchors.
function route(first) {
  const hash = location.hash;
  if (hash.length > 1 && !hash.includes('=')) { if (!first) return }
  const before = state && hashOf({ f: '' });
  state = parsed(hash.includes('=') ? hash : '');
  const i = state.f ? find(state.f) : -1, moved = hashOf({ f: '' }) !== before;
  if (state.f && i < 0) { say('That finding is not in this report: it may be fixed'); state.f = '' }
  if (i >= 0 && F.s[i] >= SUPPRESSED && !state.chosen[1].size) state.chosen[1].add(F.s[i]);
  open = i;
  if (moved || i >= 0 && !$(`[data-finding="${i}"]`)) {
    draw();
    const place = view.groups.indexOf(groupOf(i));
    if (i >= 0 && place >= 0 && Math.floor(place / PAGE) + 1 !== state.p) { state.p = Math.floor(place / PAGE) + 1; draw() }
  }
  if (i >= 0) show(i, first); else if ($('#detail').open) shut();
  if (first ? hash.includes('=') : moved && before || i >= 0 && $('#all').getBoundingClientRect().top > innerHeight * .6) $('#all').scrollIntoView();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $('#help').open) return;
  const typing = event.target.matches('input[type=search], textarea, select'), detail = $('#detail');
  if (event.key === 'Escape') {
    if (event.target.id === 'q') event.target.blur();
    else if (detail.open) { event.preventDefault(); shut(true) }
  } else if (event.key === 'Enter' && event.target.id === 'q') $('#list summary')?.focus();
  else if (!typing && shortcuts) {
    const act = {
      '/'() { event.preventDefault(); $('#q').focus(); $('#q').select() },
      '?'() { $('#help').showModal() },
      j() { step(1) }, k() { step(-1) },
      c() { (detail.open ? $('[data-fix]', detail) : event.target.closest('.group')?.querySelector('[data-fix]'))?.click() },
      o() { if (detail.open) $('a.button', detail)?.click() },
      g() { go({ by: grouped() ? 'resource' : 'check' }); top() },
      n() { $('#pager button:last-child')?.click() }, p() { $('#pager button')?.click() },
    }[event.key];
    act?.();
  }
}
function step(by) {
  const stops = all('#list summary, #list details[open] a.row');
  let at = stops.indexOf(document.activeElement);
  if (at < 0) at = stops.findIndex(stop => +stop.dataset.finding === open && open >= 0);
  const stop = stops[at < 0 ? 0 : Math.max(0, Math.min(stops.length - 1, at + by))];
  if (!stop) return;
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: 'nearest' });
  if ($('#detail').open && wide.matches && stop.dataset.finding) {
    state.f = anchor(+stop.dataset.finding);
    history.replaceState(null, '', hashOf());
    show(+stop.dataset.finding);
  }
}

const theme = stored.get('theme');
if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;

addEventListener('DOMContentLoaded', async () => {
  const began = performance.now(), on = (selector, event, action) => $(selector).addEventListener(event, action);
  for (const button of all('[data-copy]')) button.addEventListener('click', () => copy($('#' + button.dataset.copy).textContent));
  on('#theme', 'click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    stored.set('theme', root.dataset.theme);
  });
  $('#keys').checked = shortcuts;
  on('#keys', 'change', () => { shortcuts = $('#keys').checked; stored.set('keys', shortcuts ? 'on' : 'off') });
  on('#shortcuts', 'click', () => $('#help').showModal());
  on('#close', 'click', () => $('#help').close());
  try {
    prepare(await read());
  } catch {
    root.classList.remove('js');
    $('#broken').hidden = false;
    return;
  }
  const decodedAt = performance.now();
  let waiting;
  on('#q', 'input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go({ q: $('#q').value.trim() }, true), total > 20000 ? 160 : 60);
  });
  for (const button of all('[data-by]')) button.addEventListener('click', () => go({ by: button.dataset.by }));
  on('#sort', 'change', () => go({ sort: $('#sort').value }));
  on('#detail', 'cancel', event => { event.preventDefault(); shut(true) });
  wide.addEventListener('change', () => { if ($('#detail').open) { $('#detail').close(); reveal() } });
  $('#facets').open = wide.matches;
  route(true);
  addEventListener('hashchange', () => route());
  addEventListener('keydown', press);
  addEventListener('beforeprint', () => all('#list details').forEach(group => { group.open = true; group.dispatchEvent(new Event('toggle')) }));
  // For benchmarks, in milliseconds: decoding, the first list, and all since the navigation.
  root.dataset.ready = [decodedAt - began, performance.now() - decodedAt, performance.now()].map(Math.round).join(' ');
});
