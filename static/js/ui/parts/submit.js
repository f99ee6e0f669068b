/** What happens once a form is sent: one thing at a time, and what was wrong with it. It draws nothing. */

import { useState } from "preact/hooks";

import { asNetError } from "../../net/errors.js";

/** @import {NetError} from "../../net/errors.js" */

/**
 * @param {(form: FormData) => Promise<unknown>} run
 * @returns {{isBusy: boolean, error: NetError | null, submit: (event: SubmitEvent) => Promise<void>}}
 */
export function useSubmit(run) {
  const { isBusy, error, work } = useWork();
  return {
    isBusy,
    error,
    submit: (event) => {
      event.preventDefault();
      const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
      return work(() => run(form));
    },
  };
}

/** The same without a form. */
export function useWork() {
  const [state, setState] = useState(/** @type {{isBusy: boolean, error: NetError | null}} */ ({ isBusy: false, error: null }));
  return {
    ...state,
    /** @param {() => Promise<unknown>} run */
    work: async (run) => {
      if (state.isBusy) return;
      setState({ isBusy: true, error: null });
      try {
        await run();
        setState({ isBusy: false, error: null });
      } catch (error) {
        setState({ isBusy: false, error: asNetError(error) });
      }
    },
  };
}
