#include "CFlxSection.h"
