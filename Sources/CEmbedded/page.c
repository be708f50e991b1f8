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

embedded_file embedded_page_html(void) { return (embedded_file){html, sizeof html}; }

embedded_file embedded_page_style(void) { return (embedded_file){style, sizeof style}; }

embedded_file embedded_page_script(void) { return (embedded_file){script, sizeof script}; }
