package ops

// The constructors of parameters keep the table readable: one call per argument.

func tensorArg(name string) Param  { return Param{name, TensorParam, "Tensor"} }
func tensorsArg(name string) Param { return Param{name, TensorsParam, "...Tensor"} }
func scalarArg(name string) Param  { return Param{name, ScalarParam, "float32"} }
func intArg(name string) Param     { return Param{name, StaticParam, "int"} }
func floatArg(name string) Param   { return Param{name, StaticParam, "float64"} }
func dtypeArg(name string) Param   { return Param{name, StaticParam, "DType"} }
func intsArg(name string) Param    { return Param{name, StaticsParam, "...int"} }
func indexArg(name string) Param   { return Param{name, IndexParam, "...any"} }
func boolArg(name string) Param    { return Param{name, StaticParam, "bool"} }
func textArg(name string) Param    { return Param{name, StaticParam, "string"} }
func seedArg(name string) Param    { return Param{name, ScalarParam, "int"} }
