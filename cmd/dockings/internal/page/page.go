// Package page writes pages to look at in a browser: one file each, with the data, the
// script and the style in it, that asks nobody for anything.
//
// The script is in script/, and is bundled with Apache ECharts into asset/ by
// build/build.sh. A page's Content-Security-Policy lets this script run, by its hash,
// and nothing else, whatever the data says.
package page
