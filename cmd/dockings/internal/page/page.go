// Package page writes pages for a browser. Each is one self-contained file with the data, the
// script and the style in it; it makes no requests.
//
// The script is in script/. build/build.sh bundles it with Apache ECharts into asset/. The
// Content-Security-Policy of a page allows only this script to run, by its hash, so that no
// data can run anything.
package page
