package somd

import (
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// A loaded is an object as one of its references leads to it: a program may load one object for several references, those whose data were changed to the same, say, or for one that
// is exported besides. Each keeps the object. The first is the one that the object is passed by, and when that is let go, another.
type loaded struct {
	*servant
	at    *poa.POA
	ref   *orb.Ref
	key   string
	kept  som.Ref // until it is let go; under the domain's lock, as what follows
	place int     // among those of the servant
}

// Implementation is another for each reference: an adapter has each of them once.
func (l *loaded) Implementation() any { return l }

// loaded makes an object one that the reference of an id of an adapter leads to. The caller keeps its own reference to the object. IMP_LIMIT says that references lead to loaded objects already
// as often as they may: clients make ids up.
func (d *Domain) loaded(r som.Ref, at *poa.POA, id string) (l *loaded, err error) {
	if err := d.reserveLoad(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.mu.Lock()
			d.loads--
			d.mu.Unlock()
		}
	}()
	for {
		s, mine, err := d.servantOf(r, at)
		if err != nil {
			return nil, err
		}
		refer := func() (*orb.Ref, error) { return at.Reference(id, &s.iface) } // of what a proxy stands for, and not the class of proxies
		if mine {
			if _, err := d.activate(s, refer); err != nil {
				return nil, err
			}
		}
		first, err := s.made()
		if err != nil {
			return nil, err
		}
		if s.over() {
			d.forget(s) // of an object that was at the same place before,
			if mine {   // or this one
				return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object of class %s that was loaded for the reference data %.64q has ended: what loads it gives a reference away each time, so that one that it keeps has to be retained before", s.class, id)
			}
			continue
		}
		ref := first
		if !mine {
			if ref, err = refer(); err != nil {
				return nil, err
			}
		}
		if err := r.Retain(); err != nil {
			return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "%w", err)
		}
		l := &loaded{servant: s, at: at, ref: ref, key: orb.Key(ref), kept: r}
		d.mu.Lock()
		there := d.objects[s.id] == s
		if there {
			l.place = len(s.loads)
			s.loads = append(s.loads, l)
			d.byKey[l.key] = s
		}
		d.mu.Unlock()
		if there {
			return l, nil
		}
		_ = r.Release() // it was just let go: it is exported anew
	}
}

// reserveLoad has one reference more lead to a loaded object, if that may be.
func (d *Domain) reserveLoad() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.loads >= MaxObjects {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d references lead to loaded objects, and at most %d may (MaxObjects): passivate those that nobody calls", d.loads, MaxObjects)
	}
	d.loads++
	return nil
}

// unload ends that a reference leads to an object. With the last that it was exported by, that ends.
func (d *Domain) unload(l *loaded) {
	d.mu.Lock()
	kept := l.kept
	l.kept = som.Ref{}
	d.unlist(l)
	last := d.pass(l.servant, l.key)
	d.mu.Unlock()
	if last {
		d.letGo(l.servant)
	}
	if !kept.IsNil() {
		_ = kept.Release()
	}
}

// unlist takes a reference out of those that an object was loaded for, unless it was withdrawn. mu is held.
func (d *Domain) unlist(l *loaded) {
	all := l.servant.loads
	if l.place >= len(all) || all[l.place] != l {
		return
	}
	end := len(all) - 1
	all[l.place] = all[end]
	all[l.place].place = l.place
	all[end] = nil
	l.servant.loads = all[:end]
	d.loads--
}

// hide is unload for the reference that an object was exported by.
func (d *Domain) hide(s *servant) {
	d.mu.Lock()
	last := d.pass(s, s.key)
	d.mu.Unlock()
	if last {
		d.letGo(s)
	}
}

// pass has an object be passed by another of its references if it was by the one of a key, which leads to it no more. It reports whether there is none left. mu is held.
func (d *Domain) pass(s *servant, key string) (last bool) {
	if d.objects[s.id] != s { // it was withdrawn
		return false
	}
	delete(d.byKey, key)
	switch {
	case s.key != key:
		return false
	case len(s.loads) == 0:
		delete(d.objects, s.id)
		return true
	}
	next := s.loads[0]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.ref, s.key = next.at, next.ref, next.key
	return false
}
