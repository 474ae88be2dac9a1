package cabi

// Compare is what finds clashes of names.
var Compare = compare
