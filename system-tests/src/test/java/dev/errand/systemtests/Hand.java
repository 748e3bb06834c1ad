package dev.errand.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

/** How a person does what a page offers. */
enum Hand {
  /** With a mouse. */
  CLICKS {
    @Override
    void goTo(StatusPage on, String selector) {
      on.page.click(selector);
    }

    @Override
    void press(StatusPage on, String selector) {
      on.page.click(selector);
    }
  },

  /** With the keyboard alone. */
  KEYS {
    @Override
    void goTo(StatusPage on, String selector) {
      on.page.waitForSelector(selector);
      for (int i = 0; i < MOST_TABS; i++) {
        on.page.keyboard().press("Tab");
        if ((boolean) on.page.evaluate(HAS_FOCUS, selector)) {
          assertThat((boolean) on.page.evaluate(SHOWS_FOCUS))
              .as("%s looks different while it has the focus", selector)
              .isTrue();
          return;
        }
      }
      throw new AssertionError(selector + " can't be reached with the key Tab");
    }

    @Override
    void press(StatusPage on, String selector) {
      goTo(on, selector);
      on.page.keyboard().press("Enter");
    }
  };

  private static final int MOST_TABS = 400;
  private static final String HAS_FOCUS = "selector => document.activeElement.matches(selector)";
  private static final String SHOWS_FOCUS =
      "() => { const style = getComputedStyle(document.activeElement);"
          + " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }";

  /** Sets the focus on a field. */
  abstract void goTo(StatusPage on, String selector);

  /** Presses a button. */
  abstract void press(StatusPage on, String selector);

  /** Writes into the field that has the focus, instead of what it has. */
  static void write(StatusPage on, String text) {
    on.page.keyboard().press("Control+a");
    on.page.keyboard().type(text);
  }

  /** Presses a button that asks whether one is sure, and answers. */
  void press(StatusPage on, String selector, boolean sure) {
    press(on, selector);
    answer(on, sure);
  }

  /** Answers what is asked. */
  void answer(StatusPage on, boolean sure) {
    press(on, StatusPage.ASKED + " [value=" + (sure ? "yes" : "no") + "]");
    on.page.waitForFunction("asked => !document.querySelector(asked)", StatusPage.ASKED);
  }
}
