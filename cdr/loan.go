package cdr

// LeastLoan is the length in octets from which a run is borrowed: to copy fewer costs less than
// to write a message in one more piece.
const LeastLoan = 16 << 10

// A Loan is a run of octets that an encoder was given and has not copied.
type Loan struct {
	At     int // of the octets in the encoder's buffer how many are before it
	Octets []byte
}

// Borrow has e leave long sequences of octets where they are until [Encoder.Reset]; they must not be
// changed before. [Encoder.Parts] tells which they are, [Encoder.Bytes] copies them after all. In
// encapsulations, and behind values, they are copied at once, since places are counted there.
func (e *Encoder) Borrow() { e.borrows = true }

// Parts returns the buffer and what is borrowed, in the order of its places. Both are the encoder's until Reset.
func (e *Encoder) Parts() ([]byte, []Loan) { return e.buf, e.loans }

// borrow appends v as a loan. It counts for alignment as if it were before the buffer.
func (e *Encoder) borrow(v []byte) {
	e.loans = append(e.loans, Loan{len(e.buf), v})
	e.lent += len(v)
	e.base -= len(v)
}

// giveBack lets go of the last loan.
func (e *Encoder) giveBack() {
	last := len(e.loans) - 1
	n := len(e.loans[last].Octets)
	e.loans[last] = Loan{}
	e.loans = e.loans[:last]
	e.lent -= n
	e.base += n
}

// gather copies what is borrowed to its place in the buffer.
func (e *Encoder) gather() {
	whole := make([]byte, 0, e.Len())
	at := 0
	for _, l := range e.loans {
		whole = append(whole, e.buf[at:l.At]...)
		whole = append(whole, l.Octets...)
		at = l.At
	}
	whole = append(whole, e.buf[at:]...)
	for len(e.loans) > 0 {
		e.giveBack()
	}
	e.buf = whole
}

// inBuffer returns the place in the buffer of the octet at, counted with loans, which is in none.
func (e *Encoder) inBuffer(at int) int {
	lent := 0
	for _, l := range e.loans {
		if at < l.At+lent {
			break
		}
		lent += len(l.Octets)
	}
	return at - lent
}
