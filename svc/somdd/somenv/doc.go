// Package somenv reads how SOM's DSOM was configured on a machine, and says what each setting has become here.
//
// DSOM 2.1 was told by variables of the environment, DSOM 3.0 by files with stanzas, somenv.ini, that the variable SOMENV
// lists. Nothing of it needs to be there: it is read so that who had it need not find out.
package somenv

// The limits of what is read. They are in the errors of what exceeds them.
const (
	maxFiles = 16      // files and folders that SOMENV lists
	maxFile  = 1 << 20 // octets of a file
	maxLine  = 4096    // octets of a setting, with the lines that continue it
)
