import Configuration

extension ForeignNames {
  /// Names used by PyTorch, Keras, Lightning and similar libraries.
  static let common = ForeignNames(keys: keys, keyAdvice: keyAdvice, words: words, wordAdvice: wordAdvice)

  /// Our keys, as `section.key`, and theirs. `layers.` denotes the keys of a layer, `parameters.` those of a rule, `*.` a key of
  /// any section.
  private static let keys: [Pair] = [
    ("schedule.rate", ["lr", "learningrate", "initiallr", "initiallearningrate", "baselr", "initlr", "peaklr", "eta"]),
    ("schedule.max", ["maxlr", "maxlearningrate"]),
    ("schedule.rate", ["maxlr", "maxlearningrate"]),
    ("schedule.min", ["minlr", "etamin", "finallr", "endlr", "minlearningrate"]),
    ("schedule.warmup_steps", ["warmup", "numwarmupsteps", "warmupiters", "warmupiterations", "lrwarmupsteps"]),
    ("schedule.rise", ["pctstart"]),
    ("schedule.curve", ["annealstrategy"]),
    ("schedule.start_divisor", ["divfactor"]),
    ("schedule.end_divisor", ["finaldivfactor"]),
    ("schedule.cycle", ["t0", "firstcycle", "period"]),
    ("schedule.cycle_growth", ["tmult"]),
    ("schedule.milestones", ["boundaries"]),
    ("schedule.every", ["stepsize", "decaysteps", "decayevery"]),
    ("schedule.gamma", ["decayrate", "lrdecay", "lrgamma", "factor"]),
    ("training.epochs", ["epoch", "maxepochs", "numepochs", "nepochs", "nepoch", "numtrainepochs", "totalepochs"]),
    (
      "training.steps",
      [
        "maxsteps", "numsteps", "nsteps", "iterations", "iters", "maxiters", "maxiter", "numiterations", "totalsteps",
        "trainsteps",
      ]
    ),
    (
      "training.batch_size",
      [
        "batch", "trainbatchsize", "perdevicetrainbatchsize", "globalbatchsize", "minibatch", "minibatchsize", "bs",
        "batchsz",
      ]
    ),
    (
      "training.shards",
      ["gradientaccumulationsteps", "accumulategradbatches", "gradaccum", "gradaccumsteps", "accumulationsteps"]
    ),
    ("training.seed", ["randomseed", "manualseed", "rngseed", "randomstate"]),
    ("training.drop_last", ["dropremainder"]),
    ("training.early_stopping", ["earlystop"]),
    ("training.blas_threads", ["numthreads", "threads", "intraopthreads"]),
    ("evaluation.every_steps", ["evalsteps", "evalevery", "valcheckinterval", "evalinterval", "evalfreq"]),
    ("evaluation.every_epochs", ["checkvaleverynepoch", "validationfreq", "evalepochs"]),
    (
      "evaluation.block_size",
      ["evalbatchsize", "perdeviceevalbatchsize", "testbatchsize", "valbatchsize", "validationbatchsize"]
    ),
    ("checkpoint.every_steps", ["savesteps", "saveevery", "saveinterval", "everyntrainsteps", "savefreq"]),
    ("checkpoint.every_epochs", ["everynepochs", "saveepochs"]),
    ("checkpoint.keep", ["savetotallimit", "savetopk", "maxtokeep", "keeplast"]),
    ("checkpoint.best", ["savebestonly", "loadbestmodelatend", "savebest"]),
    ("logging.every_steps", ["logeverynsteps", "loggingsteps", "loginterval", "logevery", "logfreq"]),
    ("data.augment", ["augmentation", "augmentations", "transforms", "transform", "dataaugmentation"]),
    (
      "data.evaluation_transforms",
      ["evaltransforms", "valtransforms", "testtransforms", "validationtransforms", "evaltransform", "testtransform"]
    ),
    ("data.normalize", ["normalization", "normalisation", "standardize", "standardise", "rescale"]),
    (
      "data.validation",
      [
        "validationsplit", "valsplit", "val", "valsize", "valfraction", "valratio", "validationfraction",
        "validationsize",
      ]
    ),
    ("data.path", ["datadir", "datapath", "root", "dataroot", "dir", "folder", "directory"]),
    ("data.window", ["seqlen", "sequencelength", "seqlength", "maxseqlen", "contextlength", "bptt", "blocksize"]),
    ("data.length", ["maxlen", "maxlength", "seqlen", "sequencelength", "seqlength"]),
    ("data.train_limit", ["maxtrainsamples", "limittrainbatches", "subset"]),
    ("data.test_limit", ["maxtestsamples", "limittestbatches"]),
    ("data.image_size", ["imgsize", "inputsize", "resize", "targetsize"]),
    ("data.dataset", ["datasetname"]),
    ("optimizer.momentum", ["beta", "mu", "momentumfactor"]),
    ("optimizer.betas", ["beta1", "beta2"]),
    ("optimizer.epsilon", ["eps"]),
    ("optimizer.alpha", ["rho", "decayrate", "smoothing"]),
    ("optimizer.rate_decay", ["lrdecay"]),
    ("optimizer.initial_sum", ["initialaccumulatorvalue"]),
    ("optimizer.weight_decay", ["wd", "decay", "weightdecayrate"]),
    ("optimizer.l2", ["l2reg", "l2regularization", "regularization", "l2lambda", "l2penalty"]),
    (
      "optimizer.clip_norm",
      [
        "gradclip", "maxgradnorm", "maxnorm", "gradientclipval", "globalclipnorm", "gradclipnorm", "gradientclipping",
        "clipgradnorm", "clip", "gradientclip",
      ]
    ),
    ("optimizer.clip_value", ["gradclipvalue", "clipgradvalue"]),
    ("loss.label_smoothing", ["smoothing"]),
    ("loss.class_weights", ["weight", "classweight", "weights", "posweight"]),
    (
      "model.hidden",
      ["hiddensizes", "hiddenlayers", "hiddendims", "hiddenunits", "layersizes", "hiddenlayersizes", "units"]
    ),
    ("model.architecture", ["arch", "name", "type", "modelname", "modeltype", "backbone", "network", "kind"]),
    ("model.patch", ["patchsize"]),
    ("model.width", ["embeddim", "dmodel", "nembd", "hiddensize", "embdim", "dim"]),
    ("model.blocks", ["depth", "numlayers", "nlayer", "nlayers", "numhiddenlayers", "numblocks"]),
    ("model.heads", ["nhead", "numheads", "nheads", "numattentionheads"]),
    ("model.context", ["blocksize", "contextlength", "maxpositionembeddings", "npositions", "nctx"]),
    ("model.dropout", ["p", "droprate", "dropoutrate"]),
    ("model.attention_dropout", ["attndropout", "attndrop"]),
    ("model.stochastic_depth", ["droppath", "droppathrate"]),
    ("model.activation", ["act", "nonlinearity", "activationfunction"]),
    ("layers.filters", ["outchannels", "channels", "outputchannels", "numfilters", "features"]),
    ("layers.kernel", ["kernelsize", "ksize", "filtersize", "windowsize", "poolsize", "window"]),
    ("layers.stride", ["strides"]),
    ("layers.padding", ["pad"]),
    ("layers.dilation", ["dilationrate"]),
    ("layers.outputs", ["outfeatures", "units", "size", "features", "outputsize", "outputdim", "hidden"]),
    ("layers.bias", ["usebias"]),
    ("layers.rate", ["p", "probability", "dropprob", "droprate"]),
    ("layers.slope", ["negativeslope", "alpha"]),
    ("layers.initializer", ["init", "kernelinitializer", "weightinit"]),
    ("layers.epsilon", ["eps"]),
    ("layers.size", ["hiddensize", "units", "hiddendim", "hidden"]),
    ("layers.layers", ["numlayers"]),
    ("layers.width", ["embeddingdim", "outputdim", "dim", "embeddim"]),
    ("layers.heads", ["numheads", "nhead", "nheads"]),
    ("layers.causal", ["iscausal"]),
    ("layers.dropout", ["p", "droprate", "dropoutrate"]),
    ("parameters.match", ["pattern", "params", "name", "path", "glob", "regex"]),
    ("parameters.rate", ["lr", "learningrate", "lrmult", "lrscale", "lrfactor", "factor", "multiplier"]),
    ("parameters.weight_decay", ["wd", "decay"]),
    ("parameters.l2", ["l2penalty", "regularization"]),
    ("parameters.freeze", ["frozen", "fixed", "requiresgrad", "trainable"]),
    ("parameters.statistics", ["trackrunningstats", "runningstats", "batchstats"]),
    ("*.kind", ["type", "name", "algorithm", "method", "class"]),
    ("optimizer", ["optim", "optimiser", "opt"]),
    ("parameters", ["parametergroups", "paramgroups", "groups", "freeze"]),
    ("schedule", ["scheduler", "lrscheduler", "lrschedule"]),
    ("loss", ["criterion", "lossfn", "lossfunction", "objective"]),
    ("training", ["trainer", "train", "fit"]),
    ("data", ["dataset", "datamodule", "dataloader", "datasets"]),
    ("model", ["network", "net", "architecture"]),
    ("evaluation", ["eval"]),
    ("checkpoint", ["checkpoints", "checkpointing", "modelcheckpoint", "ckpt"]),
    ("logging", ["logger", "log"]),
  ]

  /// Names without a corresponding key here, and advice.
  private static let keyAdvice: [Advice] = [
    (
      ["numworkers", "workers", "nproc", "ndevices", "devices"],
      "workers are chosen on the command line: --workers N, or mpirun -np N"
    ),
    (["device", "accelerator", "gpus", "gpu", "cuda"], "leave it out: Lockstep trains on CPUs"),
    (["shuffle"], "leave it out: training samples are shuffled, keyed by training.seed"),
    (["<<"], "merge keys are not read; write the keys themselves"),
    (
      ["outputdir", "logdir", "savedir", "defaultrootdir"],
      "the run folder is chosen on the command line: --run-dir DIR"
    ),
    (["resumefromcheckpoint", "ckptpath"], "a checkpoint is chosen on the command line: --resume CHECKPOINT"),
  ]

  private static let words: [Pair] = [
    ("sgd", ["momentum", "sgdm", "msgd", "nesterov"]),
    ("adam", ["fusedadam", "adamoptimizer"]),
    ("adamw", ["fusedadamw", "adamwtorch", "adamweightdecay", "adamwfused"]),
    ("rmsprop", ["rmspropoptimizer", "rmsproptf"]),
    ("adagrad", ["adagradoptimizer"]),
    ("focal", ["focalloss", "sigmoidfocalloss", "categoricalfocalcrossentropy"]),
    ("symmetric_cross_entropy", ["sce", "sceloss", "symmetriccrossentropyloss", "symmetriccrossentropy"]),
    (
      "cross-entropy",
      [
        "ce", "crossentropyloss", "categoricalcrossentropy", "sparsecategoricalcrossentropy", "nll", "nllloss",
        "logloss",
        "softmaxcrossentropy", "softmax", "xent",
      ]
    ),
    ("binary-cross-entropy", ["bce", "bceloss", "bcewithlogits", "bcewithlogitsloss", "binarycrossentropy"]),
    ("mean-squared-error", ["mse", "mseloss", "l2loss", "squarederror"]),
    ("step", ["steplr", "stepdecay", "staircase"]),
    ("cosine", ["cosineannealing", "cosineannealinglr", "cosinedecay", "cosinelr", "cosinewithwarmup"]),
    ("constant", ["constantlr", "fixed", "none", "constantwithwarmup"]),
    ("multi_step", ["multisteplr", "piecewiseconstantdecay", "piecewiseconstant"]),
    ("exponential", ["exponentiallr", "exponentialdecay"]),
    ("one_cycle", ["onecyclelr", "onecyclepolicy"]),
    ("warm_restarts", ["cosineannealingwarmrestarts", "sgdr", "cosinedecayrestarts", "cosinewithrestarts"]),
    ("plateau", ["reducelronplateau", "reduceonplateau"]),
    ("triangular", ["cyclic", "cycliclr", "triangular2", "cyclical"]),
    ("conv", ["conv2d", "convolution", "convolution2d", "convolutional"]),
    ("conv1d", ["convolution1d", "conv1dlayer"]),
    ("linear", ["dense", "fc", "fullyconnected", "affine", "gemm", "innerproduct"]),
    ("max_pool", ["maxpool2d", "maxpooling2d", "maxpooling"]),
    ("average_pool", ["avgpool", "avgpool2d", "averagepooling2d", "avgpooling", "averagepooling", "averagepool2d"]),
    ("max_pool1d", ["maxpooling1d"]),
    ("average_pool1d", ["avgpool1d", "averagepooling1d"]),
    (
      "global_average_pool",
      [
        "globalaveragepooling2d", "globalaveragepooling", "adaptiveavgpool2d", "adaptiveaveragepool", "globalavgpool",
        "gap",
      ]
    ),
    ("global_max_pool", ["globalmaxpooling2d", "globalmaxpooling", "adaptivemaxpool2d"]),
    ("batch_norm", ["batchnorm2d", "batchnorm1d", "batchnormalization", "bn"]),
    ("layer_norm", ["layernormalization", "ln"]),
    ("dropout", ["dropout2d", "spatialdropout2d", "dropout1d"]),
    ("flatten", ["flat", "reshape"]),
    ("relu", ["relu6", "rectifier", "rectifiedlinear"]),
    ("leaky_relu", ["lrelu", "prelu"]),
    ("silu", ["swish", "hardswish"]),
    ("gelu_tanh", ["gelunew", "geluapprox", "gelufast"]),
    ("self_attention", ["multiheadattention", "attention", "mha"]),
    ("positions", ["positionalencoding", "posembed", "positionembedding", "positionalembedding"]),
    ("embedding", ["embed", "tokenembedding"]),
    ("residual", ["skip", "shortcut", "skipconnection"]),
    ("parallel", ["concat", "concatenate", "branches", "inception"]),
    ("he_normal", ["kaimingnormal", "kaiming", "msra"]),
    ("he_uniform", ["kaiminguniform"]),
    ("xavier_normal", ["glorotnormal"]),
    ("xavier_uniform", ["glorotuniform", "glorot", "xavier"]),
    ("normal", ["gaussian", "randomnormal", "truncnormal", "truncatednormal"]),
    ("zeros", ["zero"]),
    ("mlp", ["multilayerperceptron", "dnn", "feedforward", "mlpclassifier"]),
    ("resnet", ["resnet18", "resnet20", "resnet32", "resnet34", "resnet50", "resnet56", "resnet101", "resnet110"]),
    ("vit", ["visiontransformer", "vitb16", "vitbase", "vittiny"]),
    ("gpt", ["gpt2", "nanogpt", "transformer", "decoder"]),
    ("patchify-convnet", ["cnn", "convnet"]),
    ("image-folder", ["imagefolder", "images", "folder"]),
    ("flip", ["randomhorizontalflip", "horizontalflip", "hflip", "randomflip", "mirror"]),
    ("shift", ["randomtranslation", "translate", "randomshift"]),
    ("random_crop", ["randomcrop2d", "padandcrop"]),
    ("center_crop", ["centercrop2d", "centrecrop"]),
    ("vertical_flip", ["randomverticalflip", "vflip", "flipud"]),
    ("random_resized_crop", ["randomresizedcrop2d", "inceptioncrop"]),
    ("erasing", ["randomerasing", "randomerase"]),
    ("cutout", ["coarsedropout"]),
    ("color_jitter", ["colourjitter", "randombrightness", "randomcontrast"]),
    ("grayscale", ["randomgrayscale", "greyscale", "togray"]),
    ("blur", ["gaussianblur", "randomblur"]),
    ("affine", ["randomaffine", "randomrotation", "rotation", "rotate", "shiftscalerotate"]),
    ("characters", ["char", "character", "chars", "charlevel"]),
    ("bytes", ["byte", "bytelevel"]),
    ("bpe", ["bytepair", "bytepairs", "bytepairencoding"]),
    ("balanced", ["weighted", "weightedrandomsampler"]),
    ("shuffled", ["random", "shuffle"]),
  ]

  private static let wordAdvice: [Advice] = [
    (["softmax", "logsoftmax"], "leave it out: the loss cross-entropy has it"),
    (["batchnorm3d", "conv3d", "maxpool3d"], "there are no layers of volumes"),
  ]
}
