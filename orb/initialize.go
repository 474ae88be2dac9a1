package orb

import "errors"

// initialize calls the program's initializers. No client has been let in yet.
func (o *ORB) initialize(list []func(*ORB) error) error {
	for _, f := range list {
		if err := f(o); err != nil {
			return err
		}
	}
	return nil
}

// AtEnd has f called by [ORB.Shutdown], once, when requests are served no more, or its ctx has ended, and calls can
// still be made. The functions are called in the reverse order; their errors are part of Shutdown's.
// After Shutdown f is called at once, and its error dropped.
func (o *ORB) AtEnd(f func() error) {
	o.endMu.Lock()
	over := o.ended
	if !over {
		o.atEnd = append(o.atEnd, f)
	}
	o.endMu.Unlock()
	if over {
		_ = f() // there is nobody to tell
	}
}

// finish calls the functions of AtEnd.
func (o *ORB) finish() (err error) {
	o.endMu.Lock()
	list := o.atEnd
	o.atEnd, o.ended = nil, true
	o.endMu.Unlock()
	for i := len(list) - 1; i >= 0; i-- {
		err = errors.Join(err, list[i]())
	}
	return err
}
