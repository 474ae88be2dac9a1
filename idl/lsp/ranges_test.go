package lsp_test

import "regexp"

var (
	aPosition = regexp.MustCompile(`\{\s+"line": (\d+),\s+"character": (\d+)\s+\}`)
	aRange    = regexp.MustCompile(`\{\s+"start": (\d+:\d+),\s+"end": (\d+:\d+)\s+\}`)
	aNumber   = regexp.MustCompile(`\n +(\d+,?)(?:\n +)?`)
)

// ranges writes positions as 1:2 and ranges as 1:2-3:4, and puts lists of numbers on one line.
func ranges(s string) string {
	s = aPosition.ReplaceAllString(s, "$1:$2")
	s = aRange.ReplaceAllString(s, "$1-$2")
	return aNumber.ReplaceAllString(s, " $1")
}
