/** Every sentence of the client, in English, by area. A language is one such folder; no sentence lives elsewhere. */

import { app } from "./en/app.js";
import { channels } from "./en/channels.js";
import { composer } from "./en/composer.js";
import { conversation } from "./en/conversation.js";
import { direct } from "./en/direct.js";
import { house } from "./en/house.js";
import { server } from "./en/server.js";
import { voice } from "./en/voice.js";

/** @type {Record<string, string | Record<string, string>>} */
export const en = { ...app, ...house, ...conversation, ...composer, ...server, ...channels, ...direct, ...voice };
