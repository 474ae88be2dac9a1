package pi

// CheckAt returns whether there is an attribute of a name, and the error of asking for it at a point.
func CheckAt(name string, p Point) (known bool, err error) {
	for a := range valid {
		if valid[a].name == name {
			return true, check(attribute(a), p)
		}
	}
	return false, nil
}
