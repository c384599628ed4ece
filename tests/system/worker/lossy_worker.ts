/**
 * The worker of the package, whose first post is lost.
 *
 * @module
 */

import "./lose_first_post.ts";
import "../../../worker.ts";
