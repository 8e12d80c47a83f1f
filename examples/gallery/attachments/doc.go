// Package attachments holds what is attached to the models of the gallery: an
// autoencoder, a tuned lens, a probe and a direction. scripts/export makes the
// files; "nngen attach" wrote what describes them.
package attachments
