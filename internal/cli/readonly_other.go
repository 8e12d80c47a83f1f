//go:build !unix

package cli

// isReadOnly reports whether err says that a whole file system is read-only;
// other systems answer with a permission error.
func isReadOnly(error) bool { return false }
