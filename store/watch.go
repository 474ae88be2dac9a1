package store

// A Change is what a commit has made of a key.
type Change struct {
	Entry        // its Revision is the commit's; its Value must not be changed, and may be kept
	Deleted bool // the key is gone; there is no Value
}

// A Watcher is a Store that others write to as well, and that tells what comes of it.
type Watcher interface {
	Store

	// Watch calls see with all entries whose keys begin with one of the prefixes, one prefix after the other, and from then on with what each
	// commit changes of such keys, whoever makes it: the changes of one commit in one call, commits in their order, none left out. One call is made at a
	// time; the first ones before Watch returns, and that of a commit before Get, List or the Commit itself tell of it. see must not call
	// the store, nor wait for who does. stop ends it: when it returns see is not called any more; it must not be called by see.
	Watch(see func([]Change), prefixes ...string) (stop func())
}
