package implrepo

// Held says that a server is neither started nor let register for a while, because it is given to another machine, or removed: its record says Disabled then.
type Held struct {
	ID       string `json:"id"`                 // no other hold has it
	Machine  string `json:"machine,omitempty"`  // whose daemon holds it; "": that of a state that is not shared
	Disabled bool   `json:"disabled,omitempty"` // what the record says when it is over
}

// Hold disables the server until it is freed.
func (r *Record) Hold(id, machine string) {
	r.Held = &Held{ID: id, Machine: machine, Disabled: r.Disabled}
	r.Disabled = true
}

// Free ends what holds the server, if something does.
func (r *Record) Free() {
	if r.Held != nil {
		r.Disabled, r.Held = r.Held.Disabled, nil
	}
}

// SetDisabled says whether the server is disabled: of one that is held, from when that is over.
func (r *Record) SetDisabled(to bool) {
	if r.Held == nil {
		r.Disabled = to
		return
	}
	held := *r.Held
	held.Disabled = to
	r.Held = &held
}

// IsDisabled reports whether somebody has disabled the server, whoever holds it besides.
func (r *Record) IsDisabled() bool {
	if r.Held != nil {
		return r.Held.Disabled
	}
	return r.Disabled
}
