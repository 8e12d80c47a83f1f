package probes

func broken( {
