#include "embedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char html[] = {
#embed "../../Page/timeline.html"
};

static const unsigned char style[] = {
#embed "../../Page/timeline.css"
};

static const unsigned char script[] = {
#embed "../../Page/timeline.js"
};

static const unsigned char evaluation_html[] = {
#embed "../../Page/evaluation.html"
};

static const unsigned char evaluation_style[] = {
#embed "../../Page/evaluation.css"
};

embedded_file embedded_page_html(void) { return (embedded_file){html, sizeof html}; }

embedded_file embedded_page_style(void) { return (embedded_file){style, sizeof style}; }

embedded_file embedded_page_script(void) { return (embedded_file){script, sizeof script}; }

embedded_file embedded_evaluation_html(void) {
  return (embedded_file){evaluation_html, sizeof evaluation_html};
}

embedded_file embedded_evaluation_style(void) {
  return (embedded_file){evaluation_style, sizeof evaluation_style};
}
