// Fixes come filled in by remedy.py, with marks for the names of the resource: whole() gives back the same text.
const stepsOf = i => F.x[i] < 0 ? [] : D.X[F.x[i]].slice(2).map(([text, command]) => [whole(text, resourceOf[i]), command]);
// Steps as a script: what is no command becomes a comment.
const script = steps => visible(steps.map(([text, command]) => command ? text : '# ' + text.trim().replace(/\s+/g, ' ')).join('\n'));
const hasCommand = steps => steps.some(([, command]) => command);

// The quotation mark that is open at the end of a piece of shell.
function openQuote(before) {
  let open = '';
  for (const c of before) if ((c === '"' || c === "'") && (!open || c === open)) open = open ? '' : c;
  return open;
}
// The mark of the one name in which the commands of a fix differ between resources; 0 where no loop is safe.
function loopMark(steps) {
  const marks = new Set();
  for (const [text, command] of steps) {
    if (!command) continue;
    const found = text.match(/[\x01-\x03]/g);
    if (!found || /[\0\n\\$`]/.test(text)) return 0;
    found.forEach(mark => marks.add(mark));
    for (const match of text.matchAll(/[\x01-\x03]/g)) if (openQuote(text.slice(0, match.index)) === "'") return 0;
  }
  return marks.size === 1 ? [...marks][0] : 0;
}
const loopable = name => /^[A-Za-z0-9_.:/@=+][A-Za-z0-9_.:/@=+-]*$/.test(name);

// One job: the fixes of many findings, a loop for each account and region where a loop is safe.
function job(rows) {
  const places = new Map();
  for (const i of rows) {
    if (F.x[i] < 0) continue;
    const r = resourceOf[i], place = `${R.a[r]}/${R.g[r]}`;
    if (!places.has(place)) places.set(place, new Map());
    const fixes = places.get(place);
    if (!fixes.has(F.x[i])) fixes.set(F.x[i], []);
    fixes.get(F.x[i]).push(i);
  }
  const lines = [], told = new Set();
  let commands = 0;
  const put = steps => {
    for (const step of steps) {
      const line = script([step]);
      if (step[1] || !told.has(line)) lines.push(line);
      if (!step[1]) told.add(line);
    }
  };
  for (const fixes of places.values()) {
    const first = resourceOf[[...fixes.values()][0][0]], [id, name] = D.A[R.a[first]];
    lines.push(visible(`# ${name ? `${name} (${id})` : id}, ${D.G[R.g[first]][0]}`).replaceAll('\n', ' '));
    for (const [x, found] of fixes) {
      const steps = D.X[x].slice(2), mark = found.length > 1 ? loopMark(steps) : 0, code = mark && mark.charCodeAt(0);
      const names = mark ? found.map(i => nameOf(resourceOf[i], code)) : [];
      if (!hasCommand(steps)) put(stepsOf(found[0]));
      else if (mark && names.every(loopable)) {
        commands += found.length;
        for (const [text, command] of steps) {
          if (!command) { put([[whole(text, resourceOf[found[0]]), 0]]); continue }
          const body = text.replace(/[\x01-\x03]/g, (_, at) => openQuote(text.slice(0, at)) ? '${each}' : '"$each"');
          lines.push(`for each in ${[...new Set(names)].join(' ')}; do`, '  ' + whole(body, resourceOf[found[0]]), 'done');
        }
      } else for (const i of found) { commands++; put(stepsOf(i)) }
    }
  }
  return { text: lines.join('\n'), places: places.size, commands };
}
