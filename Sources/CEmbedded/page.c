#include "embedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char page_html[] = {
#embed "../../Page/page.html"
};

static const unsigned char timeline_html[] = {
#embed "../../Page/timeline.html"
};

static const unsigned char timeline_style[] = {
#embed "../../Page/timeline.css"
};

static const unsigned char timeline_script[] = {
#embed "../../Page/timeline.js"
};

static const unsigned char evaluation_html[] = {
#embed "../../Page/evaluation.html"
};

static const unsigned char evaluation_style[] = {
#embed "../../Page/evaluation.css"
};

static const unsigned char teaching_html[] = {
#embed "../../Page/teaching.html"
};

static const unsigned char inspection_html[] = {
#embed "../../Page/inspection.html"
};

static const unsigned char inspection_style[] = {
#embed "../../Page/inspection.css"
};

embedded_file embedded_page_html(void) { return (embedded_file){page_html, sizeof page_html}; }

embedded_file embedded_timeline_html(void) { return (embedded_file){timeline_html, sizeof timeline_html}; }

embedded_file embedded_timeline_style(void) { return (embedded_file){timeline_style, sizeof timeline_style}; }

embedded_file embedded_timeline_script(void) {
  return (embedded_file){timeline_script, sizeof timeline_script};
}

embedded_file embedded_evaluation_html(void) {
  return (embedded_file){evaluation_html, sizeof evaluation_html};
}

embedded_file embedded_evaluation_style(void) {
  return (embedded_file){evaluation_style, sizeof evaluation_style};
}

embedded_file embedded_teaching_html(void) { return (embedded_file){teaching_html, sizeof teaching_html}; }

embedded_file embedded_inspection_html(void) {
  return (embedded_file){inspection_html, sizeof inspection_html};
}

embedded_file embedded_inspection_style(void) {
  return (embedded_file){inspection_style, sizeof inspection_style};
}
