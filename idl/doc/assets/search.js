// The search: "/" or Control-K begins it, arrows choose, Enter goes there, Escape ends it.
"use strict";
(() => {
  const most = 40;
  const root = document.documentElement.dataset.root;
  const input = document.getElementById("site-search");
  const list = document.getElementById("site-found");
  if (!input || !list) return;
  let at = 0;

  // score is lower for better matches; undefined for none.
  const score = (name, words) => {
    const full = name.toLowerCase();
    const own = full.slice(full.lastIndexOf(":") + 1);
    let sum = 0;
    for (const w of words) {
      if (own === w) sum += 0;
      else if (own.startsWith(w)) sum += 1;
      else if (own.includes(w)) sum += 2;
      else if (full.includes(w)) sum += 3;
      else return undefined;
    }
    return sum * 1000 + full.length;
  };

  const choose = (n) => {
    const items = list.children;
    if (items.length === 0) return;
    at = (n + items.length) % items.length;
    [...items].forEach((li, i) => {
      li.classList.toggle("at", i === at);
      li.firstChild.setAttribute("aria-selected", String(i === at));
    });
    input.setAttribute("aria-activedescendant", items[at].firstChild.id);
    items[at].scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const words = input.value.toLowerCase().split(/[\s:.]+/).filter(Boolean);
    list.replaceChildren();
    const found = words.length === 0 ? [] : declarations
      .map((d) => [score(d[0], words), d])
      .filter(([s]) => s !== undefined)
      .sort((a, b) => a[0] - b[0] || (a[1][0] < b[1][0] ? -1 : 1))
      .slice(0, most);
    found.forEach(([, [name, kind, href, about]], i) => {
      const a = document.createElement("a");
      a.href = root + href;
      a.id = "site-found-" + i;
      a.setAttribute("role", "option");
      a.tabIndex = -1;
      a.textContent = name + " ";
      const small = document.createElement("small");
      small.textContent = about ? kind + ": " + about : kind;
      a.append(small);
      const li = document.createElement("li");
      li.setAttribute("role", "none");
      li.append(a);
      list.append(li);
    });
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    choose(0);
  };

  const hide = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };

  input.addEventListener("input", show);
  input.addEventListener("focus", show);
  input.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown") choose(at + 1);
    else if (e.key === "ArrowUp") choose(at - 1);
    else if (e.key === "Enter" && list.children[at]) list.children[at].firstChild.click();
    else if (e.key === "Escape") {
      hide();
      input.blur();
    } else return;
    e.preventDefault();
  });
  document.addEventListener("click", (e) => {
    if (!e.target.closest(".find") || e.target.closest("#site-found")) hide();
  });
  document.addEventListener("keydown", (e) => {
    const typing = /^(input|textarea|select)$/i.test(e.target.tagName);
    if ((e.key === "/" && !typing && !e.ctrlKey && !e.metaKey) || (e.key === "k" && (e.ctrlKey || e.metaKey))) {
      e.preventDefault();
      input.focus();
      input.select();
    }
  });
})();
