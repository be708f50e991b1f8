#include "embedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char html[] = {
#embed "../../Page/inspection.html"
};

static const unsigned char style[] = {
#embed "../../Page/inspection.css"
};

embedded_file embedded_inspection_html(void) { return (embedded_file){html, sizeof html}; }

embedded_file embedded_inspection_style(void) { return (embedded_file){style, sizeof style}; }
