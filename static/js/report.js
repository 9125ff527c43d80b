// Another range of the report, from the log that came with the page: no request is made. It is added up and filled in
// as tasks/reports.py and tasks/templatetags/report.py do it, letter by letter.
"use strict";
{
const form = document.getElementById("range");
const choices = document.getElementById("choices");
const log = JSON.parse(document.getElementById("report-log").textContent);
const logged = Array.from(document.querySelectorAll("[data-seconds]"), ({ textContent }) => JSON.parse(textContent));
const BEST = 0;
const { group: GROUP, point: POINT, month_first: MONTH_FIRST } = log.formats;
// Before each three digits from the end; or before the last three, and each two above them.
const THOUSANDS = log.formats.pairs ? /\B(?=(\d\d)*\d{3}$)/g : /\B(?=(\d{3})+$)/g;
const MONTHS = "January February March April May June July August September October November December".split(" ");

// --- Weeks: whole numbers, counted from the first Monday of 1970 ------------------------
const ZERO = 4, THURSDAY = 3;
const dayOf = (year, month, day = 1) => Date.UTC(year, month, day) / 864e5;
const dateOf = (day) => new Date(day * 864e5);
const monday = (week) => ZERO + 7 * week;
const firstOf = (year) => Math.floor((dayOf(year, 0, 4) - ZERO) / 7);

// The number of "2026-W42"; null for a week that is not there.
function weekOf(text) {
  const [, year, week] = text.match(/^([12]\d{3})-W(\d\d)$/)?.map(Number) ?? [];
  return week >= 1 && firstOf(year) + week <= firstOf(year + 1) ? firstOf(year) + week - 1 : null;
}

const ordered = (date, month) => (MONTH_FIRST ? `${month} ${date.getUTCDate()}` : `${date.getUTCDate()} ${month}`);
const withYear = (day, date) => `${day}${MONTH_FIRST ? "," : ""} ${date.getUTCFullYear()}`;
const long = (date) => ordered(date, MONTHS[date.getUTCMonth()]);
const short = (date) => ordered(date, MONTHS[date.getUTCMonth()].slice(0, 3));
const dated = (date) => withYear(long(date), date);

function titleOf(first, end) {
  const [from, to] = [dateOf(monday(first)), dateOf(monday(end) - 1)];
  return `${from.getUTCFullYear() === to.getUTCFullYear() ? long(from) : dated(from)} to ${dated(to)}`;
}

// --- What it is shown by ------------------------------------------------------------------
function periodsOf(first, end) {
  if (end - first <= 60) {
    const weeks = Array.from({ length: end - first }, (_, at) => first + at);
    return ["week", weeks.map((week) => {
      const date = dateOf(monday(week));
      return { label: withYear(short(date), date), short: short(date), start: week, end: week + 1 };
    })];
  }
  return end - first <= 530 ? ["month", monthsOf(first, end, 1)] : ["year", monthsOf(first, end, 12)];
}

function monthsOf(first, end, step) {
  const thursday = dateOf(monday(first) + THURSDAY);
  let [year, month, start] = [thursday.getUTCFullYear(), step === 1 ? thursday.getUTCMonth() : 0, first];
  const months = [];
  while (start < end) {
    const label = step === 1 ? `${MONTHS[month].slice(0, 3)} ${year}` : String(year);
    [year, month] = [year + Math.floor((month + step) / 12), (month + step) % 12];
    // The first week whose Thursday is not before that day.
    const stop = Math.min(end, Math.ceil((dayOf(year, month) - THURSDAY - ZERO) / 7));
    months.push({ label, short: label, start, end: stop });
    start = stop;
  }
  return months;
}

// --- Adding up ------------------------------------------------------------------------------
// In whole cents, rounded half up for each task and week; seconds times cents stays far below 2 to the 53.
function hourlyOf(first, end) {
  const hourly = new Array(end - first).fill(log.starts[0]?.[1] ?? 0);
  for (const [start, value] of log.starts) hourly.fill(value, Math.max(0, start - first));
  return hourly;
}

// On how many of a week's work days something was logged, and how many it has; days are bits.
function coverageOf(week) {
  const { start, logged: days, usual, shorter } = log.days;  // a letter a week
  const work = week < start ? 0 : shorter[week] ?? usual;
  return { logged: count((days.charCodeAt(week - start) || 0) & work), workdays: count(work) };
}

function count(bits) {
  let found = 0;
  for (let rest = bits; rest; rest &= rest - 1) found++;
  return found;
}

function addUp(first, end) {
  const per = 360000 / 10 ** log.digits, half = Math.floor(per / 2);
  const hourly = hourlyOf(first, end);
  const [best, routine, worth] = [0, 0, 0].map(() => new Array(end - first).fill(0));
  const tasks = [];
  for (const [number, [name, group, retired, start]] of log.tasks.entries()) {
    const seconds = logged[number];
    const row = { name, group, retired, seconds: 0, worth: group === BEST ? null : 0 };
    for (let week = Math.max(first, start); week < Math.min(end, start + seconds.length); week++) {
      const spent = seconds[week - start], at = week - first;
      row.seconds += spent;
      if (group === BEST) best[at] += spent;
      else {
        const amount = Math.floor((spent * hourly[at] + half) / per);
        routine[at] += spent;
        worth[at] += amount;
        row.worth += amount;
      }
    }
    if (row.seconds) tasks.push(row);
  }
  const covered = Array.from({ length: end - first }, (_, at) => coverageOf(first + at));
  const days = { logged: covered.map((each) => each.logged), workdays: covered.map((each) => each.workdays) };
  const [unit, periods] = periodsOf(first, end);
  const sum = (weeks, { start, end: stop }) => weeks.slice(start - first, stop - first).reduce((all, each) => all + each, 0);
  const weekly = { best, routine, worth, ...days };
  const sums = (part) => Object.fromEntries(Object.entries(weekly).map(([name, weeks]) => [name, sum(weeks, part)]));
  const stretches = periods.map((each) => ({ ...each, ...sums(each) }));
  const all = sums({ start: first, end });
  tasks.sort((one, other) => other.seconds - one.seconds);
  return { title: titleOf(first, end), unit, tasks, groups: byGroup(tasks), stretches, seconds: all.best + all.routine, ...all };
}

function byGroup(tasks) {
  return log.groups.flatMap((name, group) => {
    const rows = tasks.filter((row) => row.group === group);
    const sum = (what) => rows.reduce((all, row) => all + row[what], 0);
    return rows.length ? [{ name, seconds: sum("seconds"), worth: group === BEST ? null : sum("worth") }] : [];
  });
}

// --- Words and cells --------------------------------------------------------------------------
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const time = (seconds) => `<time datetime="PT${seconds}S">${clock(seconds)}</time>`;
const cells = (...values) => values.map((value) => `<td class="r num">${value}</td>`).join("");

function money(units) {
  if (units === null) return "–";
  const [whole, cents] = [Math.floor(units / 10 ** log.digits), units % 10 ** log.digits];
  const digits = log.digits ? `${POINT}${String(cents).padStart(log.digits, "0")}` : "";
  return log.prefix + String(whole).replace(THOUSANDS, GROUP) + digits;
}

function words(seconds) {
  const [hours, minutes] = clock(seconds).split(":").map(Number);
  return [hours ? `${hours} h` : "", minutes || !hours ? `${minutes} min` : ""].filter(Boolean).join(" ");
}

const covered = ({ logged, workdays }) => (workdays ? `${logged} of ${workdays}` : "–");

function share(part, whole) {
  const percent = Math.floor((200 * part + whole) / (2 * whole));
  return percent ? `${percent}&nbsp;%` : "&lt;1&nbsp;%";
}

// --- The chart, as tasks/columns.py has it ------------------------------------------------------
function percent(part, whole) {
  const hundredths = Math.floor((part * 20000 + whole) / (whole * 2));
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}%`;
}

function scaleOf(most) {
  for (let power = 1; ; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) {
      if (step * 5 * 3600 >= most) return { step, lines: Math.max(1, Math.ceil(most / (step * 3600))) };
    }
  }
}

function path(pairs, top) {
  const side = pairs.length <= 60 ? 1 : 0;
  return pairs.map(([below, seconds], at) => {
    if (!seconds) return "";
    const head = 1000 - Math.floor((below + seconds) * 1000 / top);
    let ground = 1000 - Math.floor(below * 1000 / top);
    if (below) ground = Math.max(head, ground - 8);
    return `M${at * 10 + side} ${ground}V${head}h${10 - 2 * side}V${ground}z`;
  }).join("");
}

function linesOf({ step, lines }) {
  return Array.from({ length: lines + 1 }, (_, line) => {
    const y = percent(90 * lines - 85 * line, 100 * lines);
    return `<line${line ? "" : ' class="base"'} x2="100%" y1="${y}" y2="${y}"></line>`
      + `<text x="-8" y="${y}" dy=".35em" text-anchor="end">${step * line} h</text>`;
  }).join("");
}

function labelsOf(labels) {
  const every = Math.ceil(labels.length / 4);
  return labels.map((label, at) => (at % every || 4 * (labels.length - at) < 3 * every ? ""
    : `<text x="${percent(at, labels.length)}" y="100%">${label}</text>`)).join("");
}

// --- Filling in -----------------------------------------------------------------------------------
const PER = { week: "Week from", month: "Month", year: "Year" };
const NOTE = "Times are added up to the second and shown to the minute.";
const places = {};
for (const place of document.querySelectorAll("#report [data-is]")) (places[place.dataset.is] ??= []).push(place);
const fill = (name, html) => { for (const place of places[name]) place.innerHTML = html; };

// A hundred rows that are folded away are written once somebody looks: before they open, or go to paper.
let folded = null;
function unfold() {
  if (!folded) return;
  fill("periods", folded.map(({ label, best, routine, worth, ...days }) => `<tr><th scope="row" class="nowrap">${label}</th>`
    + `${cells(time(best), time(routine), time(best + routine), money(worth), covered(days))}</tr>`).join(""));
  folded = null;
}
places.numbers[0].firstElementChild.addEventListener("click", unfold);
places.numbers[0].addEventListener("toggle", unfold);
addEventListener("beforeprint", unfold);

function draw(report) {
  const { title, unit, stretches, seconds } = report;
  fill("title", title);
  document.getElementById("report").hidden = false;
  places.nothing[0].hidden = seconds > 0;
  places.body[0].hidden = !seconds;
  for (const name of ["seconds", "best", "routine"]) fill(name, time(report[name]));
  fill("worth", money(report.worth));
  fill("days", covered(report));
  fill("covered", report.workdays ? `${covered(report)} work day${report.workdays === 1 ? "" : "s"} logged.` : "");
  const said = `Hours by ${unit}, ${title}: ${words(report.best)} of best work and ${words(report.routine)} of routine in all.`;
  places.chart[0].setAttribute("aria-label", said);
  const scale = scaleOf(Math.max(...stretches.map(({ best, routine }) => best + routine)));
  const top = scale.step * scale.lines * 3600;
  const [bars] = places.bars;
  bars.setAttribute("viewBox", `0 0 ${stretches.length * 10} 1000`);
  bars.querySelector(".f-best").setAttribute("d", path(stretches.map(({ best }) => [0, best]), top));
  bars.querySelector(".f-routine").setAttribute("d", path(stretches.map(({ best, routine }) => [best, routine]), top));
  fill("lines", linesOf(scale));
  fill("labels", labelsOf(stretches.map((each) => each.short)));
  fill("per", PER[unit]);
  fill("note", unit === "week" ? NOTE : `${NOTE} A week counts in the ${unit} of its Thursday.`);
  folded = stretches;
  if (places.numbers[0].open) unfold();
  const sums = (row) => cells(time(row.seconds), share(row.seconds, seconds), money(row.worth));
  fill("tasks", report.tasks.map((row) => `<tr><th scope="row" class="text-break">${escaped(row.name)}<br>`
    + `<small class="softer">${log.groups[row.group]}${row.retired ? ", retired" : ""}</small></th>${sums(row)}</tr>`).join(""));
  fill("groups", report.groups.map((row) => `<tr><th scope="row">${row.name}</th>${sums(row)}</tr>`).join(""));
}

// --- Which weeks ------------------------------------------------------------------------------------
const [from, to] = [form.elements.from, form.elements.to];

function say(field, error) {
  const said = document.getElementById(`said-${field.name}`);
  said.hidden = !error;
  said.textContent = error;
  field.classList.toggle("is-invalid", Boolean(error));
  if (error) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  return !error;
}

function wrong(field) {
  const text = field.value.trim().toUpperCase();
  if (weekOf(text) === null) return form.dataset.week;
  return text < field.min || text > field.max ? form.dataset.far : "";
}

// Whether it could be shown; if not, what was there stays and the field says why.
function show() {
  const fine = [from, to].map((field) => say(field, wrong(field)));
  if (!fine.every(Boolean)) return false;
  const [first, last] = [from, to].map(({ value }) => value.trim().toUpperCase());
  if (!say(to, first > last ? form.dataset.reversed : "")) return false;
  document.getElementById("problem")?.remove();
  const report = addUp(weekOf(first), weekOf(last) + 1);
  draw(report);
  const query = `?from=${first}&to=${last}`;
  const [csv] = places.csv;
  csv.setAttribute("href", csv.getAttribute("href").replace(/\?.*/, query));
  for (const choice of choices.children) {
    if (choice.getAttribute("href") === query) choice.setAttribute("aria-current", "true");
    else choice.removeAttribute("aria-current");
  }
  document.title = `Reports, ${report.title} · Delegator`;
  document.getElementById("report-said").textContent = `${report.title}: ${words(report.seconds)}`;
  history.replaceState(null, "", query);
  return true;
}

function choose(query) {
  const asked = new URLSearchParams(query);
  from.value = asked.get("from");
  to.value = asked.get("to");
  show();
}

// A field that is half filled in has no value, and waits for the other half.
form.addEventListener("change", () => { if (from.value && to.value) show(); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  // A week that is left out is the first or the last of all.
  const all = new URLSearchParams(choices.lastElementChild.search);
  for (const field of [from, to]) if (!field.value && !field.validity.badInput) field.value = all.get(field.name);
  if (!show()) form.querySelector(".is-invalid").focus();
});
choices.addEventListener("click", (event) => {
  if (!event.target.search || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(event.target.search);
});
// Weeks that were changed before this file was here.
if ([from, to].some((field) => field.value !== field.defaultValue)) form.dispatchEvent(new Event("change"));
}
