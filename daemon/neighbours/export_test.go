package neighbours

import "time"

// Hints is what is remembered, for tests.
type Hints = hints

// Add remembers a hint.
func (x *hints) Add(h Hint, now time.Time) bool { return x.add(h, now) }

// All returns what is remembered.
func (x *hints) All(now time.Time) []Hint { return x.all(now) }

// Answered says that one has answered.
func (x *hints) Answered(h Hint, so bool) { x.answered(h, so) }
