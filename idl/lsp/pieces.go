package lsp

import "slices"

// A piece is where two texts differ: the octets from wasFrom to wasTo of the older one are those
// from isFrom to isTo of the newer one. Between pieces the texts are the same.
type piece struct{ wasFrom, wasTo, isFrom, isTo int }

// pieces are in the order of the text, and do not touch. They are not changed.
type pieces []piece

// An edit is one change of a text: the octets from from to to became n others.
type edit struct{ from, to, n int }

// maxEdits bounds the edits that a document remembers. Of texts that are further apart only the
// first and the last difference are found.
const maxEdits = 1000

// A history is how a document came to be what it is, since it was opened. It is not changed.
type history struct {
	of    *int   // tells documents apart
	edits []edit // the last
	gone  int    // how many were before those
}

// with returns a history with a further edit.
func (h history) with(e edit) history {
	drop := max(len(h.edits)+1-maxEdits, 0)
	return history{h.of, append(slices.Clone(h.edits[drop:]), e), h.gone + drop}
}

// between returns where two documents differ; exactly, if the second became of the first by edits.
func between(was, is *document) pieces {
	if was == is || was.text == is.text {
		return nil
	}
	first := was.history.gone + len(was.history.edits) - is.history.gone
	if was.history.of != is.history.of || first < 0 || first > len(is.history.edits) {
		return differing(was.text, is.text)
	}
	var ps pieces
	for _, e := range is.history.edits[first:] {
		ps = ps.then(e)
	}
	return ps.trimmed(was.text, is.text)
}

// differing returns what two texts differ in as one piece.
func differing(was, is string) pieces {
	begin := samePrefix(was, is)
	tail := sameSuffix(was[begin:], is[begin:])
	if p := (piece{begin, len(was) - tail, begin, len(is) - tail}); p.wasFrom < p.wasTo || p.isFrom < p.isTo {
		return pieces{p}
	}
	return nil
}

// then returns the pieces after a further edit of the newer text. Those that it touches become one.
func (ps pieces) then(e edit) pieces {
	list := make(pieces, 0, len(ps)+1)
	p := piece{isFrom: e.from, isTo: e.to}
	i, shift := 0, 0
	for ; i < len(ps) && ps[i].isTo < e.from; i++ {
		list = append(list, ps[i])
		shift = ps[i].wasTo - ps[i].isTo
	}
	p.wasFrom = p.isFrom + shift
	for k := i; i < len(ps) && ps[i].isFrom <= e.to; i++ {
		if i == k && ps[i].isFrom < p.isFrom {
			p.isFrom, p.wasFrom = ps[i].isFrom, ps[i].wasFrom
		}
		p.isTo = max(p.isTo, ps[i].isTo)
		shift = ps[i].wasTo - ps[i].isTo
	}
	p.wasTo = p.isTo + shift
	grown := e.n - (e.to - e.from)
	p.isTo += grown
	list = append(list, p)
	for _, q := range ps[i:] {
		list = append(list, piece{q.wasFrom, q.wasTo, q.isFrom + grown, q.isTo + grown})
	}
	return list
}

// trimmed returns the pieces without what their begins and ends have in common.
func (ps pieces) trimmed(was, is string) pieces {
	list := make(pieces, 0, len(ps))
	for _, p := range ps {
		for _, d := range differing(was[p.wasFrom:p.wasTo], is[p.isFrom:p.isTo]) {
			list = append(list, piece{p.wasFrom + d.wasFrom, p.wasFrom + d.wasTo, p.isFrom + d.isFrom, p.isFrom + d.isTo})
		}
	}
	return list
}

// behind takes an offset of the older text to the newer one, behind what was put in there. One
// inside of a piece is taken to the piece's end.
func (ps pieces) behind(offset int) int {
	i, _ := slices.BinarySearchFunc(ps, offset, func(p piece, at int) int { return p.wasFrom - at })
	if i < len(ps) && ps[i].wasTo == offset {
		return ps[i].isTo
	}
	return ps[:i].shifted(offset)
}

// before takes an offset of the older text to the newer one, before what was put in there. One
// inside of a piece is taken to the piece's end.
func (ps pieces) before(offset int) int {
	i, _ := slices.BinarySearchFunc(ps, offset, func(p piece, at int) int { return p.wasFrom - at })
	return ps[:i].shifted(offset)
}

// shifted takes an offset behind the begin of the last piece to the newer text.
func (ps pieces) shifted(offset int) int {
	if len(ps) == 0 {
		return offset
	}
	p := ps[len(ps)-1]
	return max(offset-p.wasTo, 0) + p.isTo
}

// reversed returns the pieces from the newer text to the older one.
func (ps pieces) reversed() pieces {
	list := make(pieces, len(ps))
	for i, p := range ps {
		list[i] = piece{p.isFrom, p.isTo, p.wasFrom, p.wasTo}
	}
	return list
}

// touch reports whether a piece touches the older text from one offset to another.
func (ps pieces) touch(from, to int) bool {
	i, _ := slices.BinarySearchFunc(ps, from, func(p piece, at int) int { return p.wasTo - at })
	return i < len(ps) && ps[i].wasFrom <= to
}

// samePrefix returns how many octets two texts have in common at their begin.
func samePrefix(a, b string) int {
	n, most := 0, min(len(a), len(b))
	for n < most {
		k := min(most, n+markEvery)
		if a[n:k] != b[n:k] {
			break
		}
		n = k
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// sameSuffix returns how many octets two texts have in common at their ends.
func sameSuffix(a, b string) int {
	n, most := 0, min(len(a), len(b))
	for n < most {
		k := min(most, n+markEvery)
		if a[len(a)-k:len(a)-n] != b[len(b)-k:len(b)-n] {
			break
		}
		n = k
	}
	for n < most && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	return n
}
