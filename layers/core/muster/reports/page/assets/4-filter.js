// The state of the list stands in the hash, in words, so that every view is a link.
let state, view, texts;
const SORTS = ['worst', 'new', 'most', 'name'];
const decoded = text => { try { return decodeURIComponent(text.replaceAll('+', ' ')) } catch { return '' } };

function parsed(hash) {
  const given = Object.fromEntries(hash.slice(1).split('&').map(part => [part.split('=')[0], part.slice(part.indexOf('=') + 1)]));
  const word = name => decoded(given[name] ?? '');
  return {
    q: word('q'), by: word('by') === 'check' ? 'check' : 'resource', f: word('f'),
    sort: SORTS.includes(word('sort')) ? word('sort') : 'worst', p: Math.max(1, parseInt(word('p')) || 1),
    chosen: filters.map(({ key, words }) =>
      new Set((given[key] ?? '').split(',').filter(Boolean).map(each => words.indexOf(decoded(each))).filter(code => code >= 0))),
  };
}
function hashOf(changes) {
  const { q, by, sort, p, f, chosen } = { ...state, ...changes }, parts = [], percent = encodeURIComponent;
  filters.forEach(({ key, words }, d) => chosen[d].size && parts.push(`${key}=${[...chosen[d]].map(code => percent(words[code]))}`));
  if (q) parts.push('q=' + percent(q));
  if (by !== 'resource') parts.push('by=' + by);
  if (sort !== 'worst') parts.push('sort=' + sort);
  if (p > 1) parts.push('p=' + p);
  if (f) parts.push('f=' + percent(f).replace(/%(3A|40|2F|7E)/g, decodeURIComponent));
  return '#' + parts.join('&');
}

// For each resource, rule and reason the words of the search that occur in it, as bits.
function searched(terms) {
  texts ??= [
    R.id.map((id, r) => [id, R.name[r], ownerOf(r), ...D.A[R.a[r]], D.G[R.g[r]][0], D.T[R.t[r]][1], key(r)]),
    D.K.map(([c, , variant, controls]) => [D.C[c][0], D.C[c][1], variant, ...controls]),
    D.M.map(reason => [reason]),
  ].map(list => list.map(words => words.join(' ').toLowerCase()));
  const bits = text => terms.reduce((found, term, t) => text.includes(term) ? found | 1 << t : found, 0);
  return texts.map(list => Uint8Array.from(list, bits));
}

// One pass over the findings: which match, how many each box of a filter has, and the groups as linked lists.
function compute() {
  const terms = state.q.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8), all = (1 << terms.length) - 1;
  const [inResource, inRule, inReason] = all ? searched(terms) : [];
  const last = filters.length - 1;
  const wanted = filters.map(({ words }, d) => {
    if (d === last) return [...state.chosen[d]].reduce((bits, code) => bits | 1 << code, 0);
    const status = d === 1 && !state.chosen[d].size;
    return state.chosen[d].size || status ? Uint8Array.from(words, (_, code) => status ? code < SUPPRESSED : state.chosen[d].has(code)) : null;
  });
  const counts = filters.map(({ words }) => new Uint32Array(words.length)), columns = filters.map(({ values }) => values);
  const count = (d, i) => {
    if (d < last) counts[d][columns[d][i]]++;
    else for (let bits = frameworkBits[F.k[i]], code = 0; bits; bits >>>= 1, code++) if (bits & 1) counts[d][code]++;
  };
  const byCheck = grouped(), groups = byCheck ? D.C.length : R.id.length;
  const bySeverity = new Uint32Array(groups * 5), fresh = new Uint32Array(groups), freshCritical = new Uint32Array(groups);
  const newest = new Int32Array(groups).fill(-1), head = new Int32Array(groups).fill(-1), tail = new Int32Array(groups), next = new Int32Array(total).fill(-1);
  const statusOf = F.s;
  let findings = 0, news = 0;
  for (let i = 0; i < total; i++) {
    const r = resourceOf[i], k = F.k[i];
    if (all && (inResource[r] | inRule[k] | inReason[F.m[i]]) !== all) continue;
    let missed = 0;
    for (let d = 0; d < last; d++) if (wanted[d] && !wanted[d][columns[d][i]]) missed |= 1 << d;
    if (wanted[last] && !(frameworkBits[k] & wanted[last])) missed |= 1 << last;
    // The numbers beside a filter leave that filter out, and apply all others.
    if (missed & missed - 1) continue;
    if (missed) { count(31 - Math.clz32(missed), i); continue }
    for (let d = 0; d <= last; d++) count(d, i);
    const g = byCheck ? checkOf[i] : r;
    bySeverity[g * 5 + severityOf[i]]++;
    if (statusOf[i] > 0 && statusOf[i] < SUPPRESSED) { news++; fresh[g]++; if (!severityOf[i]) freshCritical[g]++ }
    if (F.d[i] > newest[g]) newest[g] = F.d[i];
    if (head[g] < 0) head[g] = i; else next[tail[g]] = i;
    tail[g] = i;
    findings++;
  }
  const found = [];
  for (let g = 0; g < groups; g++) if (head[g] >= 0) found.push(g);
  const size = g => { let sum = 0; for (let s = 0; s < 5; s++) sum += bySeverity[g * 5 + s]; return sum };
  const worst = (a, b) => {
    for (let s = 0; s < 5; s++) {
      const more = bySeverity[b * 5 + s] - bySeverity[a * 5 + s] || (s ? 0 : freshCritical[b] - freshCritical[a]);
      if (more) return more;
    }
    return a - b;
  };
  const title = byCheck ? g => D.C[g][0] : nameIn;
  found.sort({
    worst, most: (a, b) => size(b) - size(a) || worst(a, b), new: (a, b) => newest[b] - newest[a] || fresh[b] - fresh[a] || worst(a, b),
    name: (a, b) => title(a) < title(b) ? -1 : title(a) > title(b) ? 1 : a - b,
  }[state.sort]);
  const rows = g => { const list = []; for (let i = head[g]; i >= 0; i = next[i]) list.push(i); return list };
  view = { groups: found, counts, findings, news, size, rows, fresh, severities: g => bySeverity.subarray(g * 5, g * 5 + 5) };
}
