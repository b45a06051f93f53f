"use strict";
(() => {
  const steps = [1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2419200];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const labelRoom = 90, zoomMax = 512, linkedSeconds = 1200;

  function timeline(scroller) {
    const track = scroller.querySelector(".track");
    const usual = track.querySelector(".labels"), zoomed = track.querySelector(".zoomed");
    const cursor = track.querySelector(".cursor");
    const begin = Number(track.dataset.begin), span = Number(track.dataset.span);
    let zoom = 1;

    function room() {
      const style = getComputedStyle(scroller);
      return scroller.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    }

    function text(at, step) {
      const date = new Date(at * 1000);
      if (at % 86400 === 0) return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
      return date.toISOString().slice(11, step < 60 ? 19 : 16);
    }

    function drawn(name, attributes) {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    }

    function label() {
      const wanted = span * labelRoom / (room() * zoom);
      const step = steps.find((step) => step >= wanted) || steps[steps.length - 1];
      const made = [];
      for (let at = Math.ceil(begin / step) * step; at <= begin + span; at += step) {
        const x = `${((at - begin) / span * 100).toFixed(4)}%`;
        const written = drawn("text", { x, y: 12 });
        written.textContent = text(at, step);
        made.push(drawn("line", { x1: x, x2: x, y1: 16, y2: "100%" }), written);
      }
      zoomed.replaceChildren(...made);
      usual.style.display = "none";
    }

    function zoomTo(wanted, along = 0.5) {
      const next = Math.min(zoomMax, Math.max(1, wanted));
      const seen = room(), place = (scroller.scrollLeft + along * seen) / (seen * zoom);
      zoom = next;
      track.style.width = `${zoom * 100}%`;
      track.dataset.zoom = zoom;
      label();
      scroller.scrollLeft = place * seen * zoom - along * seen;
    }

    function move(pages) {
      scroller.scrollLeft += pages * room();
    }

    function show(at) {
      const fraction = (at - begin) / span;
      zoomTo(Math.max(1, span / linkedSeconds));
      scroller.scrollLeft = fraction * room() * zoom - room() / 2;
      for (const end of ["x1", "x2"]) cursor.setAttribute(end, `${fraction * 100}%`);
      cursor.setAttribute("visibility", "visible");
      scroller.focus({ preventScroll: true });
    }

    const actions = {
      in: () => zoomTo(zoom * 2), out: () => zoomTo(zoom / 2), all: () => zoomTo(1),
      earlier: () => move(-0.5), later: () => move(0.5),
    };
    const keys = { "+": "in", "=": "in", "-": "out", "0": "all", ArrowLeft: "earlier", ArrowRight: "later" };

    document.querySelector(".tools").addEventListener("click", (event) => actions[event.target.dataset.do]?.());
    scroller.addEventListener("keydown", (event) => {
      const action = keys[event.key];
      const arrow = event.key.startsWith("Arrow");
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      if (arrow && event.target !== scroller) return;
      event.preventDefault();
      actions[action]();
    });
    scroller.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const box = track.parentElement.getBoundingClientRect();
      zoomTo(zoom * 2 ** (-event.deltaY / 200), Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    }, { passive: false });
    scroller.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType === "touch") return;
      const from = event.clientX + scroller.scrollLeft;
      const drag = (moved) => { scroller.scrollLeft = from - moved.clientX; };
      const drop = () => {
        scroller.classList.remove("dragged");
        window.removeEventListener("pointermove", drag);
      };
      scroller.classList.add("dragged");
      window.addEventListener("pointermove", drag);
      window.addEventListener("pointerup", drop, { once: true });
    });
    window.addEventListener("resize", label);
    for (const link of document.querySelectorAll("a[data-at]")) {
      link.addEventListener("click", () => show(Number(link.dataset.at)));
    }
    label();
  }

  function marks(scroller) {
    const shown = document.querySelector(".mark-text");
    const lanes = [...scroller.querySelectorAll(".strip")]
      .map((strip) => [...strip.querySelectorAll("[role=img]")]).filter((lane) => lane.length);
    for (const lane of lanes) {
      for (const mark of lane) mark.setAttribute("tabindex", -1);
      lane[0].setAttribute("tabindex", 0);
    }
    const showText = (event) => {
      const mark = event.target.closest?.("[role=img][aria-label]");
      if (mark) shown.textContent = mark.getAttribute("aria-label");
    };
    const reach = (from, to) => {
      const lane = lanes.find((lane) => lane.includes(to));
      for (const mark of lane) if (mark.getAttribute("tabindex") === "0") mark.setAttribute("tabindex", -1);
      to.setAttribute("tabindex", 0);
      to.focus({ preventScroll: true });
      to.scrollIntoView({ block: "nearest", inline: "center" });
    };
    const nearest = (lane, mark) => {
      const middle = (one) => { const box = one.getBoundingClientRect(); return box.left + box.width / 2; };
      const x = middle(mark);
      return lane.reduce((best, one) => Math.abs(middle(one) - x) < Math.abs(middle(best) - x) ? one : best);
    };
    scroller.addEventListener("mouseover", showText);
    scroller.addEventListener("focusin", showText);
    scroller.addEventListener("keydown", (event) => {
      const row = lanes.findIndex((lane) => lane.includes(event.target));
      if (row < 0) return;
      const lane = lanes[row], place = lane.indexOf(event.target);
      const next = {
        ArrowRight: () => lane[place + 1], ArrowLeft: () => lane[place - 1],
        Home: () => lane[0], End: () => lane[lane.length - 1],
        ArrowDown: () => lanes[row + 1] && nearest(lanes[row + 1], event.target),
        ArrowUp: () => lanes[row - 1] && nearest(lanes[row - 1], event.target),
      }[event.key];
      if (!next) return;
      event.preventDefault();
      const to = next();
      if (to) reach(event.target, to);
    });
  }

  function copying(status) {
    for (const button of document.querySelectorAll("button.copy")) {
      button.addEventListener("click", async () => {
        const code = button.parentElement.querySelector("code");
        try {
          await navigator.clipboard.writeText(code.textContent);
          status.textContent = `Copied: ${code.textContent}`;
        } catch {
          getSelection().selectAllChildren(code);
          status.textContent = "Selected: copy it from there.";
        }
      });
    }
  }

  const scroller = document.getElementById("scroller");
  if (scroller) {
    timeline(scroller);
    marks(scroller);
  }
  copying(document.querySelector(".status"));
})();
