package conn

// calmAfter is how many times in succession a message must be alone before there is no crowd: of sixteen callers who wait
// for their replies, which come together, one is always the first to call again.
const calmAfter = 64

// A crowd remembers whether several messages are on their way at a time. Where they are, it pays to wait for those that
// are about to come, and to ask the system in ways that one message alone would suffer from; the first of
// a group looks like one alone, and what it does alone the others pay for.
type crowd int

// see notes whether a message has company, and reports whether there is a crowd.
func (c *crowd) see(company bool) bool {
	switch {
	case company:
		*c = calmAfter
	case *c > 0:
		*c--
	}
	return *c > 0
}
