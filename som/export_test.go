package som

// Weighing linearises a class of these parents, and says of how many pairs of classes it was asked whether their order matters.
func Weighing(parents []*Class, concrete map[*Class]bool) (int, error) {
	g := newMerge("E", parents, concrete)
	for {
		next, err := g.pick()
		if next == nil || err != nil {
			return g.weighed, err
		}
		g.take(next)
	}
}

// TokensUsed is how far the numbers of classes reach.
func TokensUsed() int { return tokens.used() }

// TokenRanges are numbers as classes have them.
type TokenRanges struct{ r tokenRanges }

// NewTokenRanges has so many.
func NewTokenRanges(most uint32) *TokenRanges { return &TokenRanges{tokenRanges{most: most}} }

// Take takes n in a row for a table with slots that are taken.
func (t *TokenRanges) Take(taken []bool, n int) (int, bool, error) {
	at, ok, err := t.r.take("A", taken, n)
	return int(at), ok, err
}

// Give gives them back.
func (t *TokenRanges) Give(at, n int) { t.r.give(tokenRange{uint32(at), uint32(n)}) }

// Used is how far they reach.
func (t *TokenRanges) Used() int { return t.r.used() }

func (t *tokenRanges) used() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int(t.next)
}
