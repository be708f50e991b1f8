"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = (id) => document.getElementById(id);
  const [chart, track, overlay] = [element("chart"), element("track"), document.querySelector(".overlay")];
  const [playhead, cursor, tip, readout] = ["playhead", "cursor", "tip", "readout"].map(element);
  const blocks = [...track.querySelectorAll("button")];
  const items = [...document.querySelectorAll(".list button")];
  const values = [...document.querySelectorAll(".name .number")];
  const averages = values.map((value) => value.textContent);
  const thumbnails = [...document.querySelectorAll(".thumbs img")];
  const video = document.querySelector("video");
  const length = data.end - data.start;
  let position = data.start;
  let isDragged = false;
  // Chromium's clock does not begin with the container's start time, from which the page counts: known with the first frame.
  let ahead = null;

  // Times and places

  const clamp = (time) => Math.min(data.end, Math.max(data.start, time));
  const share = (time) => `${(100 * (clamp(time) - data.start)) / length}%`;
  const timeAt = (event) => {
    const box = overlay.getBoundingClientRect();
    return clamp(data.start + (length * (event.clientX - box.left)) / box.width);
  };
  const clock = (time) => {
    const tenths = Math.round(time * 10);
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60];
    const seconds = `${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
    return hours ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
  };
  // The last of `edges` (ascending) that is at most `time`; 0 if none is.
  const place = (edges, time) => {
    let [low, high] = [0, edges.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (edges[middle] <= time) low = middle;
      else high = middle;
    }
    return low;
  };
  const starts = data.segments.map((segment) => segment[0]);
  const segmentAt = (time) => {
    const index = place(starts, time);
    const segment = data.segments[index];
    const isLast = index === data.segments.length - 1;
    return segment && time >= segment[0] && (time < segment[1] || (isLast && time <= segment[1])) ? index : -1;
  };
  const percent = (thousandths) => `${(thousandths / 10).toFixed(thousandths > 0 && thousandths < 10 ? 1 : 0)} %`;

  // What the page shows

  const showScores = (time) => {
    readout.textContent = `Scores at ${clock(time)}`;
    const column = place(data.edges, time);
    values.forEach((value, row) => (value.textContent = percent(data.rows[row][column])));
  };
  const showAverages = () => {
    readout.textContent = "Average scores";
    values.forEach((value, row) => (value.textContent = averages[row]));
  };
  const mark = (buttons, index) => {
    for (const button of buttons) button.removeAttribute("aria-current");
    if (index >= 0) buttons[index].setAttribute("aria-current", "true");
  };
  let marked = -2;
  const show = (time) => {
    position = clamp(time);
    playhead.style.left = share(position);
    playhead.setAttribute("aria-valuenow", position.toFixed(2));
    const index = segmentAt(position);
    playhead.setAttribute(
      "aria-valuetext", clock(position) + (index < 0 ? "" : `, ${items[index].querySelector(".label").textContent}`));
    if (index !== marked) {
      mark(blocks, index);
      mark(items, index);
      marked = index;
    }
    if (cursor.hidden) showScores(position);
  };
  const seek = (time) => {
    if (video && !video.hidden && ahead !== null) video.currentTime = clamp(time) + ahead;
    show(time);
  };

  // The note beside the pointer, or above the segment that has the focus

  const line = (kind, text) => Object.assign(document.createElement(kind), { textContent: text });
  const note = (time, index, hasPicture) => {
    tip.replaceChildren();
    if (hasPicture && thumbnails.length) {
      const picture = new Image();
      picture.src = thumbnails[place(data.thumbnails, time)].src;
      picture.alt = "";
      tip.append(picture);
    }
    if (index >= 0) {
      const [start, end, score] = data.segments[index];
      tip.append(
        line("b", items[index].querySelector(".label").textContent),
        line("span", `${clock(start)} – ${clock(end)} · ${percent(score)}`));
    } else {
      tip.append(line("span", clock(time)));
    }
    tip.hidden = false;
    const [width, room] = [tip.offsetWidth, overlay.clientWidth];
    const middle = ((clamp(time) - data.start) / length) * room;
    tip.style.left = `${Math.min(room - width, Math.max(Math.min(0, room - width), middle - width / 2))}px`;
  };
  const hover = (event) => {
    const time = timeAt(event);
    cursor.hidden = false;
    cursor.style.left = share(time);
    showScores(time);
    note(time, segmentAt(time), true);
  };
  const leave = () => {
    cursor.hidden = tip.hidden = true;
    showScores(position);
  };

  // Pointer

  const isTrack = (event) => event.target.closest(".track:not(.axis)");
  chart.addEventListener("pointermove", (event) => {
    if (isDragged) seek(timeAt(event));
    else if (event.pointerType === "mouse" && isTrack(event)) hover(event);
    else if (!cursor.hidden) leave();
  });
  chart.addEventListener("pointerleave", () => !cursor.hidden && leave());
  chart.addEventListener("click", (event) => {
    if (!isTrack(event)) return;
    const block = event.target.closest("button");
    // A click of the keyboard has no place of its own: it means the segment's start.
    if (block && event.detail === 0) seek(data.segments[blocks.indexOf(block)][0]);
    else seek(timeAt(event));
  });
  playhead.addEventListener("pointerdown", (event) => {
    isDragged = true;
    playhead.setPointerCapture(event.pointerId);
  });
  for (const kind of ["pointerup", "pointercancel"]) playhead.addEventListener(kind, () => (isDragged = false));
  items.forEach((item, index) => item.addEventListener("click", () => seek(data.segments[index][0])));

  // Keyboard: one stop for the playhead, one for all blocks of the track

  const step = Math.max(0.1, Math.min(1, length / 50));
  playhead.addEventListener("keydown", (event) => {
    const by = step * (event.shiftKey ? 10 : 1);
    const previous = () => starts.findLast((start) => start < position - 1e-3) ?? data.start;
    const next = () => starts.find((start) => start > position + 1e-3) ?? data.end;
    const moves = {
      ArrowLeft: () => position - by, ArrowDown: () => position - by,
      ArrowRight: () => position + by, ArrowUp: () => position + by,
      Home: () => data.start, End: () => data.end, PageUp: previous, PageDown: next,
    };
    if (moves[event.key]) seek(moves[event.key]());
    else if (event.key === " " && video && !video.hidden) video.paused ? video.play() : video.pause();
    else return;
    event.preventDefault();
  });
  blocks.forEach((block, index) => {
    block.tabIndex = index === 0 ? 0 : -1;
    block.addEventListener("focus", () => {
      blocks.forEach((other) => (other.tabIndex = other === block ? 0 : -1));
      if (block.matches(":focus-visible")) {
        const [start, end] = data.segments[index];
        note((start + end) / 2, index, false);
      }
    });
    block.addEventListener("blur", () => (tip.hidden = true));
  });
  track.addEventListener("keydown", (event) => {
    const index = blocks.indexOf(event.target);
    const target = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: blocks.length - 1 }[event.key];
    if (index < 0 || target === undefined) return;
    blocks[target]?.focus();
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
  });

  // Player

  if (video) {
    const giveUp = () => {
      video.hidden = true;
      element("unplayable").hidden = false;
    };
    const follow = () => {
      show(video.currentTime - (ahead ?? 0));
      if (!video.paused && !video.ended) requestAnimationFrame(follow);
    };
    video.addEventListener("error", giveUp);
    if (video.error) giveUp();
    video.addEventListener("play", follow);
    for (const kind of ["timeupdate", "seeked"]) {
      video.addEventListener(
        kind, () => video.paused && ahead !== null && !isDragged && show(video.currentTime - ahead));
    }
    const begin = () => {
      ahead = video.currentTime;
      if (position > data.start) seek(position);
    };
    if (video.readyState > 1) begin();
    else video.addEventListener("loadeddata", begin, { once: true });
  }

  // Blocks too narrow for a word show none

  const fit = () => blocks.forEach((block) => {
    const isNarrow = block.offsetWidth < 44;
    block.classList.toggle("narrow", isNarrow);
    block.firstElementChild.hidden = isNarrow;
  });
  addEventListener("resize", fit);
  fit();

  addEventListener("beforeprint", showAverages);
  addEventListener("afterprint", () => showScores(position));
  playhead.hidden = false;
  show(position);
})();
