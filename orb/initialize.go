package orb

// initialize calls the program's initializers. No client has been let in yet.
func (o *ORB) initialize(list []func(*ORB) error) error {
	for _, f := range list {
		if err := f(o); err != nil {
			return err
		}
	}
	return nil
}
