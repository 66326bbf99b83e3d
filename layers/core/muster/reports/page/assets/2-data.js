const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL'];
const STATUSES = ['failing', 'new', 'reopened', 'expired', 'suppressed', 'unread'];
const TAGS = ['', 'NEW', 'REOPENED', 'EXPIRED', 'SUPPRESSED', 'NOT EVALUATED'];
const LABELS = ['Still failing', 'New', 'Reopened', 'Suppression expired', 'Suppressed', 'Not evaluated'];
const SUPPRESSED = 4, UNREAD = 5;
// D is the data as data.py writes it: R has columns of resources, F of findings; they point into its lists.
let D, R, F, total, resourceOf, checkOf, severityOf, filters, frameworkBits;

async function read() {
  const element = $('#data'), text = element.textContent;
  if (element.dataset.encoding !== 'gzip') return JSON.parse(text);
  const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}

function prepare(data) {
  D = data;
  ({ R, F } = D);
  total = F.k.length;
  resourceOf = new Uint32Array(total);
  let from = 0;
  R.n.forEach((count, r) => resourceOf.fill(r, from, from += count));
  const column = value => Uint32Array.from(F.k, (k, i) => value(i, resourceOf[i]));
  checkOf = column(i => D.K[F.k[i]][0]);
  severityOf = column(i => D.K[F.k[i]][1]);
  const framework = control => control.replace(/ [^ ]*$/, '');
  const frameworks = [...new Set(D.K.flatMap(rule => rule[3].map(framework)).filter(Boolean))].sort().slice(0, 31);
  const bit = control => { const at = frameworks.indexOf(framework(control)); return at < 0 ? 0 : 1 << at };
  frameworkBits = D.K.map(rule => rule[3].reduce((bits, control) => bits | bit(control), 0));
  if (!D.previous) LABELS[0] = 'Failing';
  const filter = (key, title, labels, values, words = labels) =>
    ({ key, title, labels, values, words: words.map((word, i) => words.indexOf(word) < i ? `${word}~${i}` : word) });
  filters = [
    filter('sev', 'Severity', SEVERITIES, severityOf, SEVERITIES.map(word => word.toLowerCase())),
    filter('st', 'Status', LABELS, F.s, STATUSES),
    filter('ac', 'Account', D.A.map(([id, name]) => name || id), column((i, r) => R.a[r])),
    filter('rg', 'Region', D.G.map(([region]) => region), column((i, r) => R.g[r])),
    filter('ow', 'Owner', D.O.map(owner => owner || 'no owner'), column((i, r) => R.o[r]), D.O.map(owner => owner || 'none')),
    filter('ty', 'Type', D.T.map(([, noun]) => noun), column((i, r) => R.t[r])),
    filter('ck', 'Check', D.C.map(([id]) => id), checkOf),
    filter('fw', 'Framework', frameworks),
  ];
}

// A text of the data has a mark where a name of the resource stands (names.py); one that begins with \0 has none.
function whole(text, r, encode = name => name) {
  if (text[0] === '\0') return text.slice(1);
  return text.replace(/[\x01-\x05]/g, mark => encode(nameOf(r, mark.charCodeAt(0))));
}
function nameOf(r, mark) {
  if (mark === 1) return key(r);
  if (mark === 2) return R.id[r];
  if (mark === 3) return R.short[r] || R.id[r];
  return mark === 4 ? D.A[R.a[r]][0] : D.G[R.g[r]][0];
}
// The ARN of a resource, or a fixed word where AWS gives none.
const key = r => whole(D.N[R.key[r]], r);
const hasArn = r => key(r).startsWith('arn:');
const nameIn = r => R.name[r] || R.id[r];
const ownerOf = r => D.O[R.o[r]];
const accountOf = r => { const [id, name] = D.A[R.a[r]]; return name || id };
const placeOf = (r, type = true) => [type && D.T[R.t[r]][1], accountOf(r), D.G[R.g[r]][0], ownerOf(r) || 'no owner'].filter(Boolean).join(' · ');
const checkName = i => D.C[checkOf[i]][0], rule = i => D.K[F.k[i]];
// What a link to a finding says, as anchors.py does.
const anchor = i => {
  const r = resourceOf[i], where = hasArn(r) ? '' : `/${D.A[R.a[r]][0]}/${D.G[R.g[r]][0]}`;
  return `${checkName(i)}${rule(i)[2] && '~' + rule(i)[2]}@${key(r)}${where}`;
};
const ageOf = i => {
  if (F.d[i] < 0 || F.s[i] === 1) return '';
  const days = Math.round((Date.parse(D.at.slice(0, 10)) - Date.parse(D.days[F.d[i]])) / 864e5);
  return days ? counted(days, 'day') : 'today';
};

const CONSOLES = /^https:\/\/([a-z0-9-]+\.)?console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\//;
function consoleOf(r) {
  const percent = name => encodeURIComponent(name).replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase());
  try {
    const address = whole(D.U[R.u[r]], r, percent);
    return CONSOLES.test(address) ? address : '';
  } catch { return '' }
}

// The same id as model/finding.py gives.
async function idOf(i) {
  const r = resourceOf[i], [region, partition] = D.G[R.g[r]];
  const parts = [partition, D.A[R.a[r]][0], region, checkName(i), key(r), rule(i)[2]];
  try {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(parts.join('\x1f')));
    return [...new Uint8Array(digest).slice(0, 16)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  } catch { return '' } // a page that came by http has no crypto
}
