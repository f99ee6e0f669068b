/** What the client takes of mediasoup-client, under its name: `npm run bundle` begins here. */
export { Device } from "mediasoup-client";
