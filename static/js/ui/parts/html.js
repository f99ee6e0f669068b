/** The template tag of every component: htm bound to Preact. Text put into it is always text. */

import htm from "htm";
import { Component, createContext, h } from "preact";
import { useContext } from "preact/hooks";

/** @import {Client} from "../../state/client.js" */

export const html = /** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */ (htm.bind(h));

const ClientContext = createContext(/** @type {Client | null} */ (null));
export const ClientProvider = ClientContext.Provider;

/** @returns {Client} what a person can do */
export function useClient() {
  const client = useContext(ClientContext);
  if (!client) throw new Error("there is no client above this component");
  return client;
}

/**
 * A component drawn again only when one of its props is another one.
 * @template {Record<string, any>} P
 * @param {(props: P) => any} draw
 */
export function memo(draw) {
  /** @extends {Component<P>} */
  return class Memo extends Component {
    /**
     * @override
     * @param {Readonly<P>} next
     */
    shouldComponentUpdate(next) {
      const before = /** @type {Record<string, any>} */ (this.props);
      const keys = Object.keys(next);
      return keys.length !== Object.keys(before).length || keys.some((key) => next[key] !== before[key]);
    }

    /** @override */
    render() {
      return html`<${draw} ...${this.props} />`;
    }
  };
}

/**
 * Class names, without the empty ones.
 * @param {...(string | false | null | undefined)} names
 */
export function classes(...names) {
  return names.filter(Boolean).join(" ");
}
