// SPDX-License-Identifier: Apache-2.0

#include "CPage.h"

// An extension before C23, which clang supports in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char accuracy_js[] = {
#embed "site/accuracy.js"
};
static const unsigned char accuracy_md[] = {
#embed "../../docs/accuracy.md"
};
static const unsigned char address_js[] = {
#embed "site/address.js"
};
static const unsigned char api_js[] = {
#embed "site/api.js"
};
static const unsigned char app_js[] = {
#embed "site/app.js"
};
static const unsigned char archive_js[] = {
#embed "site/archive.js"
};
static const unsigned char base_css[] = {
#embed "site/base.css"
};
static const unsigned char catalogue_view_js[] = {
#embed "site/catalogue-view.js"
};
static const unsigned char check_view_js[] = {
#embed "site/check-view.js"
};
static const unsigned char choice_js[] = {
#embed "site/choice.js"
};
static const unsigned char columns_js[] = {
#embed "site/columns.js"
};
static const unsigned char compare_view_js[] = {
#embed "site/compare-view.js"
};
static const unsigned char comparison_js[] = {
#embed "site/comparison.js"
};
static const unsigned char controls_js[] = {
#embed "site/controls.js"
};
static const unsigned char csv_js[] = {
#embed "site/csv.js"
};
static const unsigned char curve_figure_js[] = {
#embed "site/curve-figure.js"
};
static const unsigned char curves_js[] = {
#embed "site/curves.js"
};
static const unsigned char data_report_js[] = {
#embed "site/data-report.js"
};
static const unsigned char data_view_js[] = {
#embed "site/data-view.js"
};
static const unsigned char dom_js[] = {
#embed "site/dom.js"
};
static const unsigned char evaluation_js[] = {
#embed "site/evaluation.js"
};
static const unsigned char facts_js[] = {
#embed "site/facts.js"
};
static const unsigned char figures_css[] = {
#embed "site/figures.css"
};
static const unsigned char forms_js[] = {
#embed "site/forms.js"
};
static const unsigned char gradients_js[] = {
#embed "site/gradients.js"
};
static const unsigned char heat_map_js[] = {
#embed "site/heat-map.js"
};
static const unsigned char histogram_js[] = {
#embed "site/histogram.js"
};
static const unsigned char icon_svg[] = {
#embed "site/icon.svg"
};
static const unsigned char index_html[] = {
#embed "site/index.html"
};
static const unsigned char kinks_js[] = {
#embed "site/kinks.js"
};
static const unsigned char long_file_js[] = {
#embed "site/long-file.js"
};
static const unsigned char loss_controls_js[] = {
#embed "site/loss-controls.js"
};
static const unsigned char loss_state_js[] = {
#embed "site/loss-state.js"
};
static const unsigned char loss_view_js[] = {
#embed "site/loss-view.js"
};
static const unsigned char loss_js[] = {
#embed "site/loss.js"
};
static const unsigned char metric_js[] = {
#embed "site/metric.js"
};
static const unsigned char names_js[] = {
#embed "site/names.js"
};
static const unsigned char numbers_js[] = {
#embed "site/numbers.js"
};
static const unsigned char panel_js[] = {
#embed "site/panel.js"
};
static const unsigned char parts_css[] = {
#embed "site/parts.css"
};
static const unsigned char pictures_js[] = {
#embed "site/pictures.js"
};
static const unsigned char plane_figure_js[] = {
#embed "site/plane-figure.js"
};
static const unsigned char plane_js[] = {
#embed "site/plane.js"
};
static const unsigned char pointer_js[] = {
#embed "site/pointer.js"
};
static const unsigned char problem_js[] = {
#embed "site/problem.js"
};
static const unsigned char problems_view_js[] = {
#embed "site/problems-view.js"
};
static const unsigned char prometheus_js[] = {
#embed "site/prometheus.js"
};
static const unsigned char proposal_js[] = {
#embed "site/proposal.js"
};
static const unsigned char sampling_js[] = {
#embed "site/sampling.js"
};
static const unsigned char scales_js[] = {
#embed "site/scales.js"
};
static const unsigned char scene_js[] = {
#embed "site/scene.js"
};
static const unsigned char service_view_js[] = {
#embed "site/service-view.js"
};
static const unsigned char snippets_js[] = {
#embed "site/snippets.js"
};
static const unsigned char sparkline_js[] = {
#embed "site/sparkline.js"
};
static const unsigned char table_js[] = {
#embed "site/table.js"
};
static const unsigned char tables_js[] = {
#embed "site/tables.js"
};
static const unsigned char term_list_js[] = {
#embed "site/term-list.js"
};
static const unsigned char terms_js[] = {
#embed "site/terms.js"
};
static const unsigned char tex_js[] = {
#embed "site/tex.js"
};
static const unsigned char token_js[] = {
#embed "site/token.js"
};
static const unsigned char try_js[] = {
#embed "site/try.js"
};
static const unsigned char units_js[] = {
#embed "site/units.js"
};

// In alphabetical order.
static const struct page_file files[] = {
    {"accuracy.js", accuracy_js, sizeof accuracy_js},
    {"accuracy.md", accuracy_md, sizeof accuracy_md},
    {"address.js", address_js, sizeof address_js},
    {"api.js", api_js, sizeof api_js},
    {"app.js", app_js, sizeof app_js},
    {"archive.js", archive_js, sizeof archive_js},
    {"base.css", base_css, sizeof base_css},
    {"catalogue-view.js", catalogue_view_js, sizeof catalogue_view_js},
    {"check-view.js", check_view_js, sizeof check_view_js},
    {"choice.js", choice_js, sizeof choice_js},
    {"columns.js", columns_js, sizeof columns_js},
    {"compare-view.js", compare_view_js, sizeof compare_view_js},
    {"comparison.js", comparison_js, sizeof comparison_js},
    {"controls.js", controls_js, sizeof controls_js},
    {"csv.js", csv_js, sizeof csv_js},
    {"curve-figure.js", curve_figure_js, sizeof curve_figure_js},
    {"curves.js", curves_js, sizeof curves_js},
    {"data-report.js", data_report_js, sizeof data_report_js},
    {"data-view.js", data_view_js, sizeof data_view_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"evaluation.js", evaluation_js, sizeof evaluation_js},
    {"facts.js", facts_js, sizeof facts_js},
    {"figures.css", figures_css, sizeof figures_css},
    {"forms.js", forms_js, sizeof forms_js},
    {"gradients.js", gradients_js, sizeof gradients_js},
    {"heat-map.js", heat_map_js, sizeof heat_map_js},
    {"histogram.js", histogram_js, sizeof histogram_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"index.html", index_html, sizeof index_html},
    {"kinks.js", kinks_js, sizeof kinks_js},
    {"long-file.js", long_file_js, sizeof long_file_js},
    {"loss-controls.js", loss_controls_js, sizeof loss_controls_js},
    {"loss-state.js", loss_state_js, sizeof loss_state_js},
    {"loss-view.js", loss_view_js, sizeof loss_view_js},
    {"loss.js", loss_js, sizeof loss_js},
    {"metric.js", metric_js, sizeof metric_js},
    {"names.js", names_js, sizeof names_js},
    {"numbers.js", numbers_js, sizeof numbers_js},
    {"panel.js", panel_js, sizeof panel_js},
    {"parts.css", parts_css, sizeof parts_css},
    {"pictures.js", pictures_js, sizeof pictures_js},
    {"plane-figure.js", plane_figure_js, sizeof plane_figure_js},
    {"plane.js", plane_js, sizeof plane_js},
    {"pointer.js", pointer_js, sizeof pointer_js},
    {"problem.js", problem_js, sizeof problem_js},
    {"problems-view.js", problems_view_js, sizeof problems_view_js},
    {"prometheus.js", prometheus_js, sizeof prometheus_js},
    {"proposal.js", proposal_js, sizeof proposal_js},
    {"sampling.js", sampling_js, sizeof sampling_js},
    {"scales.js", scales_js, sizeof scales_js},
    {"scene.js", scene_js, sizeof scene_js},
    {"service-view.js", service_view_js, sizeof service_view_js},
    {"snippets.js", snippets_js, sizeof snippets_js},
    {"sparkline.js", sparkline_js, sizeof sparkline_js},
    {"table.js", table_js, sizeof table_js},
    {"tables.js", tables_js, sizeof tables_js},
    {"term-list.js", term_list_js, sizeof term_list_js},
    {"terms.js", terms_js, sizeof terms_js},
    {"tex.js", tex_js, sizeof tex_js},
    {"token.js", token_js, sizeof token_js},
    {"try.js", try_js, sizeof try_js},
    {"units.js", units_js, sizeof units_js},
};

size_t page_file_count(void) { return sizeof files / sizeof *files; }

struct page_file page_file_at(size_t index) { return files[index]; }
