const wide = matchMedia('(min-width: 840px)');

function show(i, focus) {
  open = i;
  const r = resourceOf[i], detail = $('#detail'), [c, , , controls, page] = rule(i), [check, title, why] = D.C[c];
  const steps = stepsOf(i), text = script(steps), [unsafe, asked] = D.X[F.x[i]] ?? [], address = consoleOf(r), id = h('dd', h('code', '…'));
  const pairs = list => list.map(([name, value]) => [h('dt', name), h('dd', value)]);
  const first = F.d[i] < 0 ? null : ['First seen', `${D.days[F.d[i]]} ${F.s[i] === 1 ? '(this scan)' : ageOf(i) && `(${ageOf(i)}${ageOf(i) === 'today' ? '' : ' ago'})`}`];
  all('a.row').forEach(element => element.ariaCurrent = +element.dataset.finding === i ? 'true' : null);
  const parts = [
    h('div.top', strokes(severityOf[i]), tag(i), h('button', { click: () => shut(true) }, 'Close')),
    h('h3', { tabindex: -1 }, shown(D.M[F.m[i]])),
    h('p.dim', visible(title) + '.'),
    h('dl', pairs([
      ['Resource', called(r)], ['Where', shown(placeOf(r))], D.A[R.a[r]][1] && ['Account', D.A[R.a[r]][0]],
      hasArn(r) && ['ARN', h('code', shown(key(r)))], first,
      ...F.h[i] < 0 ? [] : D.H[F.h[i]].map(([name, value]) => [name, shown(value)]),
    ].filter(Boolean))),
    h('div.act',
      address && h('a.button', { href: address, target: '_blank', rel: 'noopener noreferrer' }, 'Open in the AWS console'),
      copier(location.href.split('#')[0] + '#f=' + hashOf({ f: anchor(i) }).split('f=').pop(), 'Copy link')),
    steps.length && [h('h4', 'Fix', hasCommand(steps) && copier(text, 'Copy fix', { 'data-fix': true })),
      unsafe && h('p.small.dim', `${unsafe} is not filled in: the resource has no such name, or it has characters that a shell or the AWS CLI could take for something else.`),
      asked && h('p.small.dim', `Yours to fill in: ${asked}.`),
      hasCommand(steps) ? code('Fix', text) : steps.map(([sentence]) => h('p', visible(sentence)))],
    why && [h('h4', 'Why it matters'), h('p', visible(why))],
    h('h4', 'Check'),
    h('p.small', h('code', check), rule(i)[2] && ` (${visible(rule(i)[2])})`, controls.length > 0 && `: ${visible(controls.join(', '))}`,
      /^https:\/\//.test(page) && ['. ', h('a', { href: page, target: '_blank', rel: 'noopener noreferrer' }, 'What it asks for')]),
    F.s[i] < SUPPRESSED && [h('h4', 'Accept it for a while'), code('Command that suppresses', '…')],
    h('dl', h('dt', 'Finding'), id),
  ];
  detail.replaceChildren(...parts.flat(9).filter(Boolean));
  idOf(i).then(found => {
    if (open !== i) return;
    id.firstChild.textContent = found || '–';
    const block = $('[aria-label="Command that suppresses"]', detail);
    if (!block) return;
    const what = D.stack ? `${found || 'FINDING'} --stack ${D.stack}` : hasArn(r) ? `${check} ${loopable(key(r)) ? key(r) : 'ARN'}` : `${check} --account ${D.A[R.a[r]][0]}`;
    block.textContent = `muster suppress ${what} --until DATE --owner OWNER --reason REASON`;
  });
  if (!detail.open) reveal();
  detail.scrollTop = 0;
  if (focus || !wide.matches) $('h3', detail).focus({ preventScroll: wide.matches });
}
function reveal() {
  $('#all').classList.add('open');
  if (wide.matches) $('#detail').setAttribute('open', ''); else $('#detail').showModal();
  $('#facets').open = innerWidth >= 1280;
}
function shut(back) {
  const row = $(`[data-finding="${open}"]`);
  open = -1;
  $('#detail').close();
  $('#all').classList.remove('open');
  $('#facets').open = wide.matches;
  if (row) row.ariaCurrent = null;
  if (state.f) { state.f = ''; history.pushState(null, '', hashOf()) }
  if (back) (row ?? $('#list summary') ?? $('#q')).focus();
}
function find(link) {
  const checks = new Set(D.C.flatMap(([id], c) => link.startsWith(id) && '~@'.includes(link[id.length]) ? [c] : []));
  return checkOf.findIndex((c, i) => checks.has(c) && anchor(i) === link);
}
