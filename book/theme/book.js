// What a page does besides being read: search, the choice of a language and of colours, copying, the list of this page.
// Everything works from a folder, without a server. A page without this script is whole, and shows every language.
(function () {
  "use strict";

  const root = document.documentElement;
  const main = document.getElementById("content");
  const home = new URL("./" + document.body.dataset.root, location.href).href;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function element(name, attributes, ...inside) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  }

  // A reader may have forbidden to remember anything; then a choice lasts as long as the page.
  function remember(what, choice) {
    try {
      if (choice) localStorage.setItem("drydock-" + what, choice);
      else localStorage.removeItem("drydock-" + what);
    } catch (_) { /* so be it */ }
  }
  function remembered(what) {
    try { return localStorage.getItem("drydock-" + what); } catch (_) { return null; }
  }

  // ---- notes for trainers stay shown on the way through the book
  const notes = root.classList.contains("notes");
  function onward(address) {
    const url = new URL(address, location.href);
    if (notes && url.href.startsWith(home) && url.pathname.endsWith(".html")) url.search = "?notes";
    return url.href;
  }
  if (notes) {
    for (const link of all("a[href]")) {
      if (!link.getAttribute("href").startsWith("#")) link.href = onward(link.href);
    }
    const away = element("a", { class: "notes-shown", href: location.pathname.split("/").pop() + location.hash }, "Hide the trainer’s notes");
    document.querySelector(".top").append(away);
  }

  // ---- colours
  const themes = all(".themes button");
  function paint(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of themes) button.setAttribute("aria-pressed", String(button.dataset.choice === theme));
  }
  for (const button of themes) {
    button.addEventListener("click", () => {
      const theme = button.dataset.choice;
      remember("theme", theme === "system" ? null : theme);
      paint(theme);
    });
  }
  paint(root.dataset.theme || "system");

  // ---- languages
  const variants = all("[data-app]", main).map((item) => ({ item, apps: item.dataset.app.split(/\s+/) }));
  const apps = [...new Set(variants.flatMap((variant) => variant.apps))].sort();
  const languages = document.querySelector(".languages");

  function show(app) {
    for (const { item, apps } of variants) item.hidden = app !== "all" && !apps.includes(app);
    for (const group of all(".apps", main)) {
      const inside = variants.filter(({ item }) => group.contains(item));
      const every = inside.length > 0 && inside.every(({ item }) => item.hidden);
      if (every) for (const { item } of inside) item.hidden = false;
      group.classList.toggle("every", every);
    }
    root.classList.toggle("one", app !== "all");
    for (const button of languages.children) button.setAttribute("aria-pressed", String(button.dataset.choice === app));
    fit();
  }

  // What the reader looks at stays where it is, whatever appears or vanishes above it.
  function showInPlace(app) {
    const away = (item) => Math.abs(item.getBoundingClientRect().top - 80);
    const stays = all("h1, h2, h3, p, pre", main)
      .filter((item) => item.offsetParent && !item.closest("[data-app]"))
      .reduce((best, item) => (best && away(best) <= away(item) ? best : item), null);
    const before = stays ? stays.getBoundingClientRect().top : 0;
    show(app);
    if (stays) scrollBy({ top: stays.getBoundingClientRect().top - before, behavior: "instant" });
  }

  function offerLanguages() {
    delete root.dataset.first;
    if (apps.length === 0) return;
    const choices = apps.length > 1 ? [...apps, "all"] : apps;
    for (const choice of choices) {
      const name = choice[0].toUpperCase() + choice.slice(1);
      const button = element("button", { type: "button", "data-choice": choice }, name);
      button.addEventListener("click", () => {
        remember("app", choice);
        showInPlace(choice);
      });
      languages.append(button);
    }
    languages.hidden = apps.length < 2;
    // Chosen on a page, or else with `cargo xtask lesson`, where this book was built for somebody.
    const wanted = remembered("app") || root.dataset.reader;
    const usual = apps.includes("go") ? "go" : apps[0];
    show(choices.includes(wanted) ? wanted : usual);
  }

  // ---- where a link leads to must be visible: in another language, or folded
  function reveal() {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (_) { /* no name */ }
    if (!target) return;
    const other = target.closest("[data-app][hidden]");
    if (other) show(other.dataset.app.split(/\s+/)[0]);
    for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    target.scrollIntoView();
  }

  // ---- boxes that scroll can be reached by keyboard, others need no stop
  function fit() {
    for (const box of all("pre, .scroll, .table-wrapper, figure.graph, ol.lines", main)) {
      if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
      // A page with forty landmarks has none.
      if (box.getAttribute("role") === "region") box.setAttribute("role", "group");
    }
    besideTheirLines();
  }

  // ---- notes on a Dockerfile stand beside their lines where there is room, and light up with them
  const files = all("figure.dockerfile", main).map((file) => ({
    lines: all(".lines > .noted", file), notes: all(".notes > li", file),
  })).filter(({ lines, notes }) => notes.length > 0 && notes.length === lines.length);

  function besideTheirLines() {
    for (const { lines, notes } of files) {
      for (const note of notes) note.style.marginTop = "";
      const beside = notes[0].getBoundingClientRect().left > lines[0].getBoundingClientRect().right - 1;
      if (!beside) continue;
      // Both lists begin at the same height, and the lines may have been scrolled away from theirs.
      notes.forEach((note, index) => {
        const down = lines[index].offsetTop - note.offsetTop;
        if (down > 0) note.style.marginTop = down + "px";
      });
    }
  }
  for (const { lines, notes } of files) {
    notes.forEach((note, index) => {
      const pair = [note, lines[index]];
      for (const one of pair) {
        one.addEventListener("pointerenter", () => pair.forEach((each) => each.classList.add("lit")));
        one.addEventListener("pointerleave", () => pair.forEach((each) => each.classList.remove("lit")));
      }
    });
  }

  // ---- code is broken between words, and not at its hyphens unless there is no other way
  const texts = (code) => [...code.childNodes].flatMap((node) => (node.nodeType === Node.TEXT_NODE ? node : [...node.childNodes]));
  function keepWords(text) {
    const words = text.data.split(/(\s+)/).map((word) => (word.includes("-") ? element("span", {}, word) : word));
    text.replaceWith(...words);
  }
  for (const code of all("p code, li code, dd code, td code", main)) {
    if (code.closest("pre, .lines")) continue;
    if (code.textContent.length < 28) code.classList.add("whole");
    else if (/\s/.test(code.textContent)) {
      code.classList.add("long");
      texts(code).forEach(keepWords);
    }
  }
  for (const code of all(".dockerfile .lines code", main)) texts(code).forEach(keepWords);

  // ---- commands can be copied
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (_) {
      const field = element("textarea", { readonly: "", style: "position:fixed;opacity:0" });
      field.value = text;
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  }
  const picture = (path) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.innerHTML = '<path d="' + path + '"/>';
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    return svg;
  };
  for (const command of all("pre.command", main)) {
    const sheets = picture("M9 9h11v11H9zM15 9V4H4v11h5");
    const button = element("button", { type: "button", class: "copy", title: "Copy the command", "aria-label": "Copy the command" }, sheets);
    const says = element("span", { class: "said", role: "status" });
    const box = element("div", { class: "typed" });
    command.replaceWith(box);
    box.append(command, button, says);
    button.addEventListener("click", async () => {
      const done = await copy(command.textContent.trim());
      says.textContent = done ? "Copied" : "Not copied";
      button.replaceChildren(done ? picture("M4 13l5 5L20 6") : sheets);
      button.focus({ preventScroll: true });
      setTimeout(() => {
        button.replaceChildren(sheets);
        says.textContent = "";
      }, 1800);
    });
  }

  // ---- headings that the builder wrote are links to themselves, as those in Markdown are
  for (const heading of all("h2[id], h3[id], h4[id]", main)) {
    if (heading.querySelector("a")) continue;
    const link = element("a", { class: "header", href: "#" + heading.id });
    link.append(...heading.childNodes);
    heading.append(link);
  }
  for (const step of all("section[id] > h3:first-child:not([id])", main)) {
    if (step.querySelector("a")) continue;
    const link = element("a", { class: "header", href: "#" + step.parentElement.id });
    link.append(...step.childNodes);
    step.append(link);
  }

  for (const box of all("li > input[type=checkbox]", main)) box.setAttribute("aria-label", box.parentElement.textContent.trim());

  // ---- the list of this page
  function gauge() {
    const box = document.querySelector(".gauge");
    const known = (level) => all(level + "[id]", main).filter((heading) => !heading.closest("[data-app], details, .speaker"));
    const headings = known("h2").length > 1 ? known("h2") : known("h3");
    if (headings.length < 2 || root.querySelector(".title-page")) return;
    const links = headings.map((heading) => element("a", { href: "#" + heading.id }, heading.textContent.trim()));
    box.append(element("p", {}, "On this page"), element("ol", {}, ...links.map((link) => element("li", {}, link))));
    box.hidden = false;
    let waiting = false;
    function mark() {
      waiting = false;
      let current = -1;
      headings.forEach((heading, index) => { if (heading.getBoundingClientRect().top < 140) current = index; });
      const end = innerHeight + scrollY >= document.body.scrollHeight - 4;
      if (end && scrollY > 0) current = headings.length - 1;
      links.forEach((link, index) => {
        if (index === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    }
    addEventListener("scroll", () => {
      if (!waiting) { waiting = true; requestAnimationFrame(mark); }
    }, { passive: true });
    mark();
  }

  // ---- chapters: the current one is in view, and the drawer closes after a choice
  const chapters = document.getElementById("chapters");
  function bringIntoView() {
    const list = chapters.querySelector(".list"), current = list.querySelector("[aria-current]");
    if (!current) return;
    const place = current.getBoundingClientRect(), box = list.getBoundingClientRect();
    if (place.bottom > box.bottom - 40 || place.top < box.top) list.scrollTop += place.top - box.top - box.height / 3;
  }
  chapters.addEventListener("toggle", bringIntoView);
  matchMedia("(min-width: 64rem)").addEventListener("change", () => {
    if (chapters.hidePopover && chapters.matches(":popover-open")) chapters.hidePopover();
  });
  bringIntoView();

  // ---- paper: nothing is folded
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = all("details:not([open])", main);
    for (const one of unfolded) one.open = true;
    for (const note of all(".notes > li", main)) note.style.marginTop = "";
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
    besideTheirLines();
  });

  // ---- search: mdBook's index, and elasticlunr to ask it, are fetched when somebody wants to search
  function search(form) {
    const field = form.querySelector("input");
    const found = document.getElementById("found");
    const says = found.querySelector("p");
    const list = found.querySelector("ol");
    let state = "nothing";
    let index = null;

    function load() {
      if (state !== "nothing") return;
      state = "loading";
      window.search = window.search || {};
      const script = (address) => new Promise((done, failed) => {
        const made = element("script", { src: address });
        made.onload = done;
        made.onerror = failed;
        document.head.append(made);
      });
      script(form.dataset.script)
        .then(() => script(form.dataset.index))
        .then(() => {
          index = window.elasticlunr.Index.load(window.search.index);
          state = "ready";
        })
        .catch(() => { state = "failed"; })
        .then(ask);
    }

    const stem = (word) => window.elasticlunr.stemmer(word.toLowerCase().replace(/^\W+|\W+$/g, ""));

    // The words around the place where most of what is looked for stands, with that marked.
    function excerpt(body, terms, size) {
      const words = body.split(/\s+/);
      const hits = words.map((word) => word.split("-").some((part) => {
        const root = stem(part);
        return root !== "" && terms.some((term) => root.startsWith(term));
      }));
      let best = 0, most = -1, inside = 0;
      for (let end = 0; end < words.length; end += 1) {
        inside += Number(hits[end]);
        if (end >= size) inside -= Number(hits[end - size]);
        if (inside > most) {
          most = inside;
          best = Math.max(0, end - size + 1);
        }
      }
      if (most > 0) {
        const first = hits.indexOf(true, best);
        best = Math.max(0, Math.min(first - 5, words.length - size));
      }
      const line = element("span");
      if (best > 0) line.append("… ");
      for (let at = best; at < Math.min(best + size, words.length); at += 1) {
        line.append(hits[at] ? element("mark", {}, words[at]) : words[at], " ");
      }
      if (best + size < words.length) line.append("…");
      return line;
    }

    function ask() {
      const words = field.value.trim();
      list.textContent = "";
      found.hidden = words === "";
      if (words === "") return;
      if (state === "failed") says.textContent = "The search index could not be read.";
      if (state !== "ready") {
        if (state === "loading") says.textContent = "One moment …";
        return;
      }
      const options = window.search.results_options;
      const results = index.search(words, window.search.search_options);
      const shown = results.slice(0, options.limit_results);
      const count = results.length > shown.length ? "The first " + shown.length + " of " + results.length + " places"
        : shown.length === 1 ? "One place" : shown.length + " places";
      says.textContent = shown.length === 0 ? "Nothing was found for “" + words + "”." : count;
      const terms = words.split(/[\s-]+/).map(stem).filter((term) => term !== "");
      for (const { ref, doc } of shown) {
        const link = element("a", { href: onward(home + window.search.doc_urls[ref]) });
        const way = [...new Set(doc.breadcrumbs.split(" » "))].filter((part) => part !== doc.title);
        link.append(element("b", {}, doc.title), element("i", {}, way.join(" › ")));
        if (doc.body.trim() !== "") link.append(excerpt(doc.body.trim(), terms, options.teaser_word_count));
        list.append(element("li", {}, link));
      }
      found.scrollTop = 0;
    }

    function close() { found.hidden = true; }
    field.addEventListener("focus", () => {
      load();
      if (field.value.trim() !== "") ask();
    });
    field.addEventListener("input", ask);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const first = list.querySelector("a");
      if (first) first.click();
    });
    form.addEventListener("keydown", (event) => {
      const links = all("a", list);
      const at = links.indexOf(document.activeElement);
      if (event.key === "Escape") {
        event.preventDefault();
        if (found.hidden) field.value = "";
        close();
        field.focus();
        close();
      } else if (event.key === "ArrowDown" && links.length > 0 && !found.hidden) {
        event.preventDefault();
        links[Math.min(at + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        event.preventDefault();
        (links[at - 1] || field).focus();
      }
    });
    list.addEventListener("click", (event) => { if (event.target.closest("a")) close(); });
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.focus();
      field.select();
    });
  }
  const form = document.querySelector("form.search");
  if (form) search(form);

  offerLanguages();
  gauge();
  fit();
  reveal();
  addEventListener("hashchange", reveal);
  main.addEventListener("toggle", fit, true);
  let resized = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(resized);
    resized = requestAnimationFrame(fit);
  });
})();
