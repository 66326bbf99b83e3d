const wide = matchMedia('(min-width: 840px)');

function show(i, focus) {
  open = i;
  const r = resourceOf[i], detail = $('#detail'), [c, , , controls, page] = rule(i), [check, title, why] = D.C[c];
  const steps = stepsOf(i), text = script(steps), [unsafe, asked] = D.X[F.x[i]] ?? [], address = consoleOf(r), id = make('dd', {}, make('code', {}, '…'));
  const pairs = list => list.map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]);
  const block = (name, content) => make('pre', { tabindex: 0, role: 'region', 'aria-label': name }, content);
  const first = F.d[i] < 0 ? null : ['First seen', `${D.days[F.d[i]]} ${F.s[i] === 1 ? '(this scan)' : ageOf(i) && `(${ageOf(i)}${ageOf(i) === 'today' ? '' : ' ago'})`}`];
  for (const element of document.querySelectorAll('a.row')) {
    if (+element.dataset.finding === i) element.setAttribute('aria-current', 'true'); else element.removeAttribute('aria-current');
  }
  const parts = [
    make('div', { class: 'top' }, strokes(severityOf[i]), tag(i), make('button', { type: 'button', click: () => shut(true) }, 'Close')),
    make('h3', { tabindex: -1 }, shown(D.M[F.m[i]])),
    make('p', { class: 'dim' }, visible(title) + '.'),
    make('dl', {}, pairs([
      ['Resource', called(r)], ['Where', shown(placeOf(r))], D.A[R.a[r]][1] && ['Account', D.A[R.a[r]][0]],
      hasArn(r) && ['ARN', make('code', {}, shown(key(r)))], first,
      ...F.h[i] < 0 ? [] : D.H[F.h[i]].map(([name, value]) => [name, shown(value)]),
    ].filter(Boolean))),
    make('div', { class: 'act' },
      address && make('a', { class: 'button', href: address, target: '_blank', rel: 'noopener noreferrer' }, 'Open in the AWS console'),
      copier(location.href.split('#')[0] + '#f=' + hashOf({ f: anchor(i) }).split('f=').pop(), 'Copy link')),
    steps.length && [make('h4', {}, 'Fix', hasCommand(steps) && copier(text, 'Copy fix', { 'data-fix': true })),
      unsafe && make('p', { class: 'small dim' }, `${unsafe} is not filled in: the resource has no such name, or it has characters that a shell or the AWS CLI could take for something else.`),
      asked && make('p', { class: 'small dim' }, `Yours to fill in: ${asked}.`),
      hasCommand(steps) ? block('Fix', text) : steps.map(([sentence]) => make('p', {}, visible(sentence)))],
    F.e?.[i] >= 0 && [make('h4', {}, 'Evidence: what AWS answered'), block('Evidence', shown(D.E[F.e[i]]))],
    why && [make('h4', {}, 'Why it matters'), make('p', {}, visible(why))],
    make('h4', {}, 'Check'),
    make('p', { class: 'small' }, make('code', {}, check), rule(i)[2] && ` (${visible(rule(i)[2])})`, controls.length > 0 && `: ${visible(controls.join(', '))}`,
      /^https:\/\//.test(page) && ['. ', make('a', { href: page, target: '_blank', rel: 'noopener noreferrer' }, 'What it asks for')]),
    F.s[i] < SUPPRESSED && [make('h4', {}, 'Accept it for a while'), block('Command that suppresses', '…')],
    make('dl', {}, make('dt', {}, 'Finding'), id),
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
  row?.removeAttribute('aria-current');
  if (state.f) { state.f = ''; history.pushState(null, '', hashOf()) }
  if (back) (row ?? $('#list summary') ?? $('#q')).focus();
}
function find(link) {
  const checks = new Set(D.C.flatMap(([id], c) => link.startsWith(id) && '~@'.includes(link[id.length]) ? [c] : []));
  return checkOf.findIndex((c, i) => checks.has(c) && anchor(i) === link);
}
