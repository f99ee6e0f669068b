/** The pictures: a room with a lamp on, and an empty chair. Lines and a few papers; they say nothing words do not. */

import { html } from "./html.js";

/** A parlor in the evening, for the way in. */
export function Evening() {
  return html`
    <svg class="drawing is-evening" viewBox="0 0 480 300" aria-hidden="true" focusable="false">
      <path class="glow" d="M372 92 300 262h144Z" />
      <g class="wall">
        <rect x="66" y="34" width="104" height="112" rx="6" />
        <path d="M118 34v112M66 90h104" />
        <circle class="moon" cx="146" cy="60" r="10" />
      </g>
      <g class="frame"><rect x="214" y="52" width="76" height="56" rx="4" /><path d="m222 98 18-22 13 14 10-9 19 17" /></g>
      <g class="sofa">
        <path d="M128 222v-48a20 20 0 0 1 20-20h128a20 20 0 0 1 20 20v48" />
        <path d="M108 206a16 16 0 0 1 32 0v14h144v-14a16 16 0 0 1 32 0v36a6 6 0 0 1-6 6H114a6 6 0 0 1-6-6Z" />
        <path d="M212 154v66M130 248v14M294 248v14" />
      </g>
      <rect class="cushion" x="156" y="180" width="40" height="38" rx="8" transform="rotate(-10 176 199)" />
      <g class="lamp"><path d="m352 92 10-34h20l10 34Z" class="shade" /><path d="M372 92v166M352 262h40" /></g>
      <g class="plant">
        <path d="m420 226 5 36h26l5-36Z" class="pot" />
        <path d="M438 226c0-26-4-40-16-54M438 226c0-30 4-48 18-60M438 226c-2-18-10-26-22-30M438 226c2-16 10-24 22-26" />
      </g>
      <g class="table"><path d="M30 218h56M58 218v44M42 262h32" /><path class="cup" d="M44 204h18v6a7 7 0 0 1-7 7h-4a7 7 0 0 1-7-7ZM62 206h4a3 3 0 0 1 0 7h-5" /><path class="steam" d="M49 198c-3-4 3-6 0-10M57 198c-3-4 3-6 0-10" /></g>
      <path class="floor" d="M8 262h464" />
    </svg>
  `;
}

/** An empty chair, for where nothing is yet. */
export function Quiet() {
  return html`
    <svg class="drawing is-quiet" viewBox="0 0 160 120" aria-hidden="true" focusable="false">
      <g class="sofa">
        <path d="M52 80V40a14 14 0 0 1 14-14h28a14 14 0 0 1 14 14v40" />
        <path d="M40 66a11 11 0 0 1 22 0v10h36V66a11 11 0 0 1 22 0v24a5 5 0 0 1-5 5H45a5 5 0 0 1-5-5Z" />
        <path d="M54 95v10M106 95v10" />
      </g>
      <path class="floor" d="M12 105h136" />
    </svg>
  `;
}
