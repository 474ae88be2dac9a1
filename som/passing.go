package som

// Passes tells how a method that other languages know takes its parameters, in their order in IDL: i for an in parameter,
// o for out, x for inout, with r before them if there is a result; a capital letter where texts or characters are wide; "*" if others do not call it
// as they do methods, as with initializers. Only where it is told can out and inout parameters,
// structures, sequences and arrays cross between kernels: Go's types say neither.
func (p Packing) Passes(how string) Packing {
	p.passing = how
	return p
}

// Passing returns what Passes was told, or "".
func (p Packing) Passing() string { return p.passing }
